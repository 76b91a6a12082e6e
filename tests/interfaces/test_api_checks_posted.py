"""Checks that systems post: one or many at once, as of a past day, made again under one name, and what was then decided."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from tests.interfaces.api_calls import Caller
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.deliveries import code
from tests.services.measure_cases import HONOURS, Measures, make_measures
from tests.services.sharers import reader
from tests.services.test_measures import repair
from tests.services.test_measures_at_work import banned

from xinheng.core.policy import Policy
from xinheng.core.sharing import Purpose
from xinheng.interfaces.api.checks import CheckAnswer
from xinheng.interfaces.api.problems import MEDIA_TYPE
from xinheng.interfaces.api.schemas import ManyHead, ManyLine
from xinheng.services.check_register import checks_in
from xinheng.services.checks_admitted import Check
from xinheng.services.checks_by_key import check_by_key
from xinheng.services.own_file import readings_of
from xinheng.store.models import (
    CheckDecision,
    CheckMade,
    LedgerEvent,
    MeasureApplied,
    Record,
    SenderKey,
    SharingCall,
    SharingGrant,
    Subject,
    SubjectName,
)

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M10-02")]
ASKED = {"purpose": "honour", "occasion": "honours", "reference": "PX-3"}


@dataclass
class Desk:
    """A system of the market regulator that checks before honours are given, and one enterprise with a measure."""

    measures: Measures
    system: Caller
    measure: MeasureApplied

    @property
    def subject(self) -> Subject:
        return self.measure.subject

    def post(self, path: str = "", name: str = "", **body: Any) -> HttpResponse:
        return self.system.send(f"/api/v1/checks{path}", body, name)

    def check(self, name: str = "", **changes: Any) -> HttpResponse:
        return self.post(name=name, **{**ASKED, "code": code(1), **changes})

    def batch(self, codes: list[str], name: str = "", **changes: Any) -> HttpResponse:
        return self.post("/batch", name=name, **{**ASKED, "codes": codes, **changes})

    def decide(self, check: str, **told: Any) -> HttpResponse:
        meant = {
            "outcome": "limited",
            "reason": "按《评选办法》不予推荐",
            "by": "评选办01号",
            "grounds": [self.number],
        }
        return self.post(f"/{check}/decision", **{**meant, **told})

    @property
    def number(self) -> str:
        return self.measure.decision.number


@pytest.fixture
def desk(people: People, policy: Policy, home: Path) -> Desk:
    measures = make_measures(people, policy)
    measure = measures.in_force(None, HONOURS)
    Subject.objects.filter(pk=measure.subject_id).update(code=code(1))
    _, key, text = reader(people, policy, purpose=Purpose.HONOUR)
    return Desk(measures, Caller(key, text), measure)


def told(response: HttpResponse) -> dict[str, Any]:
    assert response.status_code == 200, response.content.decode()
    return dict(json.loads(response.content))


def lines(response: HttpResponse) -> tuple[ManyHead, list[ManyLine]]:
    assert response.status_code == 200, response.content.decode()
    first, *rest = response.content.decode().splitlines()
    return ManyHead.model_validate_json(first), [ManyLine.model_validate_json(one) for one in rest]


def said(response: HttpResponse) -> tuple[int, str]:
    assert response.headers["Content-Type"] == MEDIA_TYPE
    return response.status_code, json.loads(response.content)["code"]


def other(desk: Desk, number: int) -> Subject:
    subject = desk.measures.rows.subject()
    Subject.objects.filter(pk=subject.pk).update(code=code(number))
    subject.refresh_from_db()
    return subject


def test_a_posted_check_answers_as_the_one_in_the_address_and_is_numbered(desk: Desk) -> None:
    response = desk.check()
    answer = CheckAnswer.model_validate_json(response.content)
    assert [one.number for one in answer.measures] == [desk.number]
    (made,) = CheckMade.objects.all()
    assert (made.public_id, made.subject, made.as_of) == (answer.check, desk.subject, None)
    assert LedgerEvent.objects.get(kind="subject.checked").subject == desk.subject.public_id
    again = desk.system.get(f"/api/v1/checks/{code(1)}?purpose=honour&occasion=honours&reference=PX-3")
    assert told(again)["snapshot"] == answer.snapshot
    assert told(again)["check"] != answer.check


def test_a_call_made_again_under_its_name_is_entered_and_counted_once(desk: Desk) -> None:
    first, second = told(desk.check("name-0001")), told(desk.check("name-0001"))
    assert first == second
    assert CheckMade.objects.count() == SharingCall.objects.count() == 1
    assert SharingGrant.objects.get().day_calls == 1
    assert said(desk.check("name-0001", reference="PX-4")) == (422, "K08")
    assert said(desk.check("short")) == (400, "K20")
    assert CheckMade.objects.count() == 1


@pytest.mark.row("M6-03")
@pytest.mark.row("M6-07")
@pytest.mark.guard("G16")
def test_many_are_answered_line_by_line_and_wrong_codes_named(desk: Desk) -> None:
    free = other(desk, 2)
    asked = [code(1), "没有的", code(9), f" {code(2).lower()} ", code(1)]
    response = desk.batch(asked)
    head, rows = lines(response)
    assert (head.asked, head.found, head.unknown) == (5, 2, 2)
    assert [one.line for one in rows] == [1, 2, 3, 4, 5]
    assert [one.title for one in rows[0].measures] == [desk.measure.title]
    assert rows[1].problem is not None and rows[1].problem.code == "CX8"
    assert rows[2].problem is not None and rows[2].problem.code == "GX17"
    assert rows[3].subject is not None and rows[3].subject.name == free.name
    assert not (rows[3].measures or rows[3].bans or rows[3].lists or rows[3].incentives)
    assert (rows[4].same_as, rows[4].check) == (1, None)
    body = response.content.split(b"\n", 1)[1]
    assert head.snapshot == f"sha256:{sha256(body).hexdigest()}"
    assert {one.public_id: one.subject_id for one in CheckMade.objects.all()} == {
        rows[0].check: desk.subject.pk,
        rows[3].check: free.pk,
    }
    assert "准入结论" in head.note and "自然人" in head.not_checked


@pytest.mark.row("M6-03")
def test_a_check_of_many_is_one_event_that_each_enterprise_finds_and_counts_in_the_register(
    desk: Desk,
) -> None:
    free = other(desk, 2)
    head, _ = lines(desk.batch([code(1), code(2)]))
    event = LedgerEvent.objects.get(kind="subject.checked")
    assert event.subject == ""
    for subject in (desk.subject, free):
        (reading,), _ = readings_of(subject, limit=5)
        assert (reading.what, reading.reason) == ("办事核查", "市市场监管局的业务系统核查：PX-3")
    assert readings_of(other(desk, 3), limit=5) == ([], None)
    units = [desk.measures.people.market.pk]
    counted = checks_in(CheckMade.objects.first().field, units, start=TODAY, end=TODAY + timedelta(days=1))  # type: ignore[union-attr]
    assert counted.count() == head.found == 2
    assert SharingGrant.objects.get().day_calls == 2


def test_each_code_counts_against_the_quota_and_too_many_or_none_are_refused(desk: Desk) -> None:
    SharingGrant.objects.update(daily_quota=3)
    assert said(desk.batch([code(1)] * 4)) == (429, "GX16")
    lines(desk.batch([code(1)] * 3))
    assert said(desk.check()) == (429, "GX16")
    assert said(desk.batch([])) == (400, "CX7")
    assert said(desk.batch([code(1)] * 10_001)) == (400, "K25")
    assert CheckMade.objects.count() == 1
    assert sorted(SharingCall.objects.values_list("refused", flat=True)) == ["", "CX7", "GX16", "GX16"]


def test_many_asked_again_under_their_name_have_the_same_numbers(desk: Desk) -> None:
    other(desk, 2)
    first, second = (desk.batch([code(1), code(2)], "many-0001").content for _ in range(2))
    assert first == second
    assert CheckMade.objects.count() == 2
    assert said(desk.batch([code(1)], "many-0001")) == (422, "K08")


@pytest.mark.guard("G9")
def test_a_past_day_tells_what_was_known_and_in_force_then_and_still_stands(desk: Desk) -> None:
    later = NOW + timedelta(days=3)
    on_that_day = Check(**ASKED, as_of=TODAY)

    def measures_then(now: datetime = later) -> list[str]:
        policy = desk.measures.policy
        found = check_by_key(desk.system.key, code(1), on_that_day, policy=policy, now=now)
        return [one.number for one in found.applies.measures]

    assert code_of(measures_then) == "CX6"
    SubjectName.objects.create(subject=desk.subject, name="甲", normalised="甲", known_at=NOW)
    assert measures_then() == [desk.number]
    assert CheckMade.objects.get().as_of == TODAY
    MeasureApplied.objects.update(applied_at=NOW + timedelta(days=1))
    assert measures_then() == []
    MeasureApplied.objects.update(applied_at=NOW, until_on=TODAY + timedelta(days=2))
    assert measures_then(NOW + timedelta(days=1)) == [desk.number]
    assert measures_then() == []


def test_a_day_of_which_nothing_is_known_is_refused_by_name(desk: Desk) -> None:
    assert said(desk.check(as_of=str(TODAY + timedelta(days=1)))) == (400, "CX4")
    assert said(desk.check(as_of=str(TODAY - timedelta(days=1)))) == (404, "CX5")
    assert said(desk.check(as_of="2026-02-30")) == (400, "K25")
    assert not CheckMade.objects.exists()


@pytest.mark.row("M6-03")
@pytest.mark.guard("G16")
def test_what_the_officer_decided_comes_back_with_its_ground_and_stays(desk: Desk) -> None:
    check = told(desk.check())["check"]
    assert said(desk.decide(check, grounds=[])) == (400, "CX2")
    assert said(desk.decide(check, grounds=["别的文号"])) == (422, "CX3")
    assert said(desk.decide(check, decided_on=str(TODAY - timedelta(days=1)))) == (400, "CX1")
    assert said(desk.decide(check, by=" ")) == (400, "CX11")
    assert said(desk.decide("a" * 16)) == (404, "CX9")
    assert not CheckDecision.objects.exists()
    assert told(desk.decide(check)) == {"check": check, "outcome": "limited", "decided_on": str(TODAY)}
    assert told(desk.decide(check))["outcome"] == "limited"
    assert said(desk.decide(check, outcome="unaffected", grounds=[])) == (409, "CX10")
    kept = CheckDecision.objects.get()
    assert (kept.made.public_id, kept.by, kept.grounds) == (check, "评选办01号", [desk.number])
    assert LedgerEvent.objects.filter(kind="check.decided").count() == 1


@pytest.mark.guard("G9")
def test_nothing_is_decided_on_what_has_ended_since_the_check(desk: Desk) -> None:
    check = told(desk.check())["check"]
    repair(Record.objects.get(record_key=desk.measure.ground_key), desk.measures)
    assert said(desk.decide(check)) == (422, "CX3")
    assert told(desk.decide(check, outcome="unaffected", grounds=[]))["outcome"] == "unaffected"


def test_another_department_decides_nothing_on_a_check_that_is_not_its_own(desk: Desk) -> None:
    check = told(desk.check())["check"]
    people, policy = desk.measures.people, desk.measures.policy
    wish = {"purpose": Purpose.PERMIT, "items": {"permit": ("机关",)}}
    _, key, text = reader(people, policy, **wish)
    desk.system = Caller(key, text)
    assert said(desk.decide(check)) == (404, "CX9")


def test_bans_come_with_many_as_with_one(people: People, policy: Policy, home: Path) -> None:
    measures = make_measures(people, policy)
    ban = banned(measures)
    Subject.objects.filter(pk=ban.subject_id).update(code=code(1))
    _, key, text = reader(people, policy, purpose=Purpose.TENDER)
    asked = {"purpose": "tender", "occasion": "procurement", "reference": "ZB-7"}
    one = told(Caller(key, text).send("/api/v1/checks", {**asked, "code": code(1)}))
    _, (row,) = lines(Caller(key, text).send("/api/v1/checks/batch", {**asked, "codes": [code(1)]}))
    assert [line.model_dump() for line in row.bans] == one["bans"] != []
    assert [line.model_dump() for line in row.lists] == one["lists"] != []


def test_each_answer_says_how_many_calls_are_left_in_the_minute(desk: Desk) -> None:
    SenderKey.objects.update(per_minute=2)
    left = [desk.check().headers for _ in range(2)]
    assert [one["RateLimit-Remaining"] for one in left] == ["1", "0"]
    assert {one["RateLimit-Limit"] for one in left} == {"2"}
    refused = desk.check()
    assert said(refused) == (429, "K06")
    assert (refused.headers["RateLimit-Remaining"], refused.headers["Retry-After"]) == ("0", "60")
