"""Approval and tender systems ask by key what applies: facts with their basis, no verdict, every question on record."""

from pathlib import Path

import pytest
from django.http import HttpResponse
from tests.interfaces.api_calls import Caller, caller
from tests.people import NOW, TODAY, People
from tests.services.deliveries import code
from tests.services.measure_cases import HONOURS, Measures, make_measures
from tests.services.sharers import reader
from tests.services.test_measures import repair
from tests.services.test_measures_at_work import banned

from xinheng.core.policy import Policy
from xinheng.core.sharing import Purpose
from xinheng.interfaces.api.checks import CheckAnswer
from xinheng.interfaces.api.problems import MEDIA_TYPE
from xinheng.interfaces.api.reference import document
from xinheng.interfaces.api.schemas import CheckedLine
from xinheng.services.own_file import readings_of
from xinheng.services.sharing import revoke_sharing
from xinheng.store.models import CheckMade, LedgerEvent, SharingCall, SharingGrant, Subject

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M10-02")]
VERDICTS = ("verdict", "allow", "deny", "refus", "pass", "eligib", "grade", "score", "result", "decision")


@pytest.fixture
def measures(people: People, policy: Policy, home: Path) -> Measures:
    return make_measures(people, policy)


def _system(measures: Measures, purpose: Purpose = Purpose.TENDER, **more: object) -> Caller:
    _, key, text = reader(measures.people, measures.policy, purpose=purpose, **more)
    return Caller(key, text)


def _url(
    subject: Subject, occasion: str = "procurement", purpose: str = "tender", reference: str = "ZB-7"
) -> str:
    Subject.objects.filter(pk=subject.pk).update(code=code(1))
    return f"/api/v1/checks/{code(1)}?purpose={purpose}&occasion={occasion}&reference={reference}"


def _said(response: HttpResponse) -> tuple[int, str]:
    assert response.headers["Content-Type"] == MEDIA_TYPE
    return response.status_code, response.json()["code"]  # type: ignore[attr-defined]


@pytest.mark.guard("G14")
@pytest.mark.guard("G16")
def test_a_tender_system_reads_a_ban_with_statute_and_days_and_no_verdict(measures: Measures) -> None:
    ban = banned(measures)
    response = _system(measures).get(_url(ban.subject))
    answer = CheckAnswer.model_validate_json(response.content)
    (line,) = answer.bans
    assert (line.from_on, line.until_on) == (str(TODAY), str(TODAY.replace(year=TODAY.year + 2)))
    assert "政府采购法" in line.basis and line.ground and line.number
    assert "自然人" in answer.not_checked and "不是准入结论" in answer.note
    assert answer.snapshot.startswith("sha256:") and answer.policy == measures.policy.digest
    assert response.headers["Cache-Control"] == "private, no-store"
    shape = {*CheckAnswer.model_fields, *CheckedLine.model_fields}
    assert not [name for name in shape for word in VERDICTS if word in name]


@pytest.mark.guard("G16")
def test_the_description_knows_the_check_and_no_field_for_a_verdict() -> None:
    described = document()
    assert "/api/v1/checks/{code}" in described["paths"]
    fields = described["components"]["schemas"]["CheckAnswer"]["properties"]
    assert not [name for name in fields for word in VERDICTS if word in name]


def test_the_enterprise_learns_which_department_asked_and_for_what(measures: Measures) -> None:
    measure = measures.in_force(None, HONOURS)
    system = _system(measures, Purpose.HONOUR)
    answer = system.get(_url(measure.subject, "honours", "honour", "PX-3"))
    assert [one["title"] for one in answer.json()["measures"]] == [measure.title]  # type: ignore[attr-defined]
    event = LedgerEvent.objects.get(kind="subject.checked")
    assert (event.subject, event.object) == (measure.subject.public_id, "occasion:honours")
    (reading,), _ = readings_of(measure.subject, limit=5)
    assert (reading.what, reading.reason) == ("办事核查", "市市场监管局的业务系统核查：PX-3")
    assert SharingCall.objects.get().refused == ""


@pytest.mark.row("M10-09")
@pytest.mark.guard("G9")
def test_what_was_repaired_is_in_no_answer(measures: Measures) -> None:
    record = measures.record()
    measure = measures.in_force(record, HONOURS)
    system, url = _system(measures, Purpose.HONOUR), _url(measure.subject, "honours", "honour")
    first = system.get(url).json()  # type: ignore[attr-defined]
    repair(record, measures)
    second = system.get(url).json()  # type: ignore[attr-defined]
    assert (len(first["measures"]), second["measures"]) == (1, [])
    assert first["snapshot"] != second["snapshot"] and first["subject_version"] < second["subject_version"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"occasion": "licensing"}, (403, "MW3")),
        ({"occasion": "financing"}, (403, "MW3")),
        ({"purpose": "permit"}, (403, "GX13")),
        ({"reference": ""}, (400, "MW4")),
        ({"reference": "%20"}, (400, "MW4")),
    ],
)
def test_a_check_for_another_matter_or_without_reason_is_refused_and_counted(
    measures: Measures, changed: dict[str, str], expected: tuple[int, str]
) -> None:
    record = measures.record()
    assert _said(_system(measures).get(_url(record.subject, **changed))) == expected
    assert SharingCall.objects.get().refused == expected[1]
    assert not LedgerEvent.objects.filter(kind="subject.checked").exists()


def test_an_unknown_code_counts_against_the_quota(measures: Measures) -> None:
    system = _system(measures, daily_quota=1)
    url = _url(measures.record().subject)
    assert _said(system.get(url.replace(code(1), "9" * 18))) == (404, "GX17")
    assert _said(system.get(url)) == (429, "GX16")


def test_who_lends_or_only_delivers_checks_nobody(measures: Measures) -> None:
    record = measures.record()
    lender = _system(measures, Purpose.FINANCE)
    assert _said(lender.get(_url(record.subject, "financing", "finance"))) == (403, "MW3")
    delivers = caller(measures.people, measures.policy)
    assert _said(delivers.get(_url(record.subject))) == (403, "GX10")


def test_a_revoked_grant_checks_nobody(measures: Measures) -> None:
    system, url = _system(measures), _url(measures.record().subject)
    case = SharingGrant.objects.get().case
    people = measures.people
    revoke_sharing(case.public_id, actor=people.zhao, reason="超出用途", policy=measures.policy, now=NOW)
    assert _said(system.get(url)) == (403, "GX11")


def test_of_a_measure_that_has_not_begun_nothing_is_told(measures: Measures) -> None:
    case = measures.proposed(measures.record(), HONOURS)
    assert case.subject is not None
    answer = _system(measures, Purpose.HONOUR).get(_url(case.subject, "honours", "honour"))
    assert answer.json()["measures"] == []  # type: ignore[attr-defined]


@pytest.mark.row("M8-10")
def test_a_check_by_key_is_entered_in_the_register_and_no_field_of_others_is(measures: Measures) -> None:
    ban = banned(measures)
    system = _system(measures)
    assert system.get(_url(ban.subject)).status_code == 200
    (made,) = CheckMade.objects.all()
    assert (made.way, made.subject, made.reference, made.occasion) == (
        "system",
        ban.subject,
        "ZB-7",
        "procurement",
    )
    assert made.by is None and made.call is not None and made.organisation == made.call.grant.organisation
    assert _said(system.get(_url(ban.subject) + "&field=nowhere")) == (400, "CR1")
    assert CheckMade.objects.count() == 1
