"""A batch of names against every active list, and entries of a like name put before a person."""

from datetime import timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.deliveries import code
from tests.services.measure_cases import Measures, make_measures

from xinheng.core.measures import Occasion
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.screening import Found, read_pasted
from xinheng.services import screening
from xinheng.services.list_screening import MOST_ELSE, confirm_hit, screen_all, screen_recent
from xinheng.services.own_file import readings_of
from xinheng.services.screening import HEAD, MOST, Desk, screen_at_desk, screen_for_file, words_of
from xinheng.store.models import Case, CheckMade, LedgerEvent, Record, Subject, SubjectName

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M9-08")]
LATER = NOW + timedelta(hours=1)
FIRM, OTHER = "开封市样例食品有限公司", "开封市百川建材有限公司"


@pytest.fixture
def measures(people: People, policy: Policy) -> Measures:
    return make_measures(people, policy)


def _listed(measures: Measures, name: str, number: int | None, key: int, **given: object) -> Record:
    """An entry of a list of others."""
    batch = measures.rows.batch(state="loaded", item=14, loaded_at=NOW)
    values = {"item": 14, "seriousness": Seriousness.SERIOUS, "batch": batch, "record_key": key}
    record = measures.rows.record(**values | given)
    measures.rows.detail(
        record=record, document_no=f"列〔2026〕{key}号", authority="省厅", title="严重失信主体名单"
    )
    held = code(number) if number else None
    Subject.objects.filter(pk=record.subject_id).update(name=name, code=held)
    record.subject.refresh_from_db()
    return record


def _desk(measures: Measures) -> Desk:
    people = measures.people
    return Desk(
        actor=people.wang, organisation=people.city, occasion=Occasion.HONOURS, reference="函〔2026〕9号"
    )


@pytest.mark.guard("G2")
@pytest.mark.guard("G16")
def test_each_line_is_answered_by_code_by_name_or_with_what_is_wrong(measures: Measures) -> None:
    _listed(measures, FIRM, 1, 71)
    text = "\n".join(
        [
            f"改过名的公司,{code(1)}",
            "样例食品有限公司（开封）",
            FIRM,
            "开封市样列食品有限公司",
            OTHER,
            "王小明",
        ]
    )
    found = screen_at_desk(read_pasted(text), _desk(measures), policy=measures.policy, now=NOW)
    kinds = [row.found for row in found.rows]
    assert kinds[0] is kinds[2] is Found.LISTED and kinds[4:] == [Found.NOTHING, Found.WRONG]
    assert Found.LISTED not in (kinds[3],), "a wrong character is for a person to look at"
    (words,) = words_of(found.rows[0])
    assert len(words) == len(HEAD) and "列〔2026〕71号" in words and "省厅" in words
    assert not [word for word in ("拒绝", "等级", "不予") for one in words if word in one]


def test_who_is_surely_listed_learns_of_it_and_nobody_else_is_entered(measures: Measures) -> None:
    record = _listed(measures, FIRM, 1, 71)
    lines = read_pasted(f"{FIRM}\n{FIRM},{code(1)}\n{OTHER}")
    first = screen_at_desk(lines, _desk(measures), policy=measures.policy, now=NOW)
    assert CheckMade.objects.get().subject_id == record.subject_id
    (reading,), _ = readings_of(record.subject, limit=5)
    assert reading.reason == "函〔2026〕9号"
    event = LedgerEvent.objects.get(kind="list.names_screened")
    assert event.payload_digest and FIRM not in event.reason
    again = screen_for_file(lines, reason="函〔2026〕9号", policy=measures.policy, now=NOW)
    assert again.snapshot == first.snapshot and CheckMade.objects.count() == 1


@pytest.mark.guard("G9")
def test_what_ended_or_ran_out_is_on_no_list(measures: Measures) -> None:
    _listed(measures, FIRM, 1, 71, valid_to=TODAY)
    _listed(measures, OTHER, 2, 72, known_until=LATER)
    found = screen_for_file(read_pasted(f"{FIRM}\n{OTHER}"), reason="x", policy=measures.policy, now=NOW)
    assert found.count(Found.NOTHING) == 2


def test_a_former_name_leads_to_the_entry(measures: Measures) -> None:
    record = _listed(measures, FIRM, 1, 71)
    SubjectName.objects.create(
        subject=record.subject, name="开封市旧日饮料厂", normalised="开封市旧日饮料厂", known_at=NOW
    )
    found = screen_for_file(read_pasted("开封市旧日饮料厂"), reason="x", policy=measures.policy, now=NOW)
    assert found.rows[0].found is Found.LISTED and found.rows[0].entries[0].subject == record.subject


def test_an_index_serves_until_a_name_on_the_lists_is_another(measures: Measures) -> None:
    record = _listed(measures, FIRM, 1, 71)
    call = {"reason": "x", "policy": measures.policy, "now": NOW}
    screen_for_file(read_pasted(FIRM), **call)  # type: ignore[arg-type]
    kept = screening._kept
    assert kept is not None and kept[0] == [(FIRM, code(1))]
    _listed(measures, OTHER, 2, 72)
    found = screen_for_file(read_pasted(f"{FIRM}\n{OTHER}"), **call)  # type: ignore[arg-type]
    assert found.count(Found.LISTED) == 2 and screening._kept is not kept
    kept = screening._kept
    screen_for_file(read_pasted(OTHER), **call)  # type: ignore[arg-type]
    assert screening._kept is kept, "nothing on the lists has changed"
    Record.objects.filter(pk=record.pk).update(known_until=LATER)
    assert screen_for_file(read_pasted(FIRM), **call).count(Found.NOTHING) == 1  # type: ignore[arg-type]


def test_who_may_ask_for_how_much(measures: Measures) -> None:
    call = {"policy": measures.policy, "now": NOW}
    assert code_of(screen_at_desk, [], _desk(measures), **call) == "SN1"
    many = read_pasted(f"{OTHER}\n" * (MOST + 1))
    assert code_of(screen_at_desk, many, _desk(measures), **call) == "SN2"
    assert code_of(screen_for_file, many[:1], reason=" ", **call) == "SN3"


def test_an_entry_of_whoever_was_given_nothing_is_proposed_as_long_as_few_wait(measures: Measures) -> None:
    _listed(measures, FIRM, 1, 71)
    assert screen_recent(policy=measures.policy, now=NOW) == 1
    case = Case.objects.get(kind="list_hit")
    assert case.details["given"] == ["nothing"] and case.opened_by is None and MOST_ELSE < 1_000
    assert screen_all(policy=measures.policy, now=NOW).found == 0


def _incentive(measures: Measures, name: str, number: int | None) -> Subject:
    measures.reviewed()
    measure = measures.granted()
    Subject.objects.filter(pk=measure.subject_id).update(name=name, code=code(number) if number else None)
    return Subject.objects.get(pk=measure.subject_id)


def test_a_like_name_without_a_code_is_put_before_a_person_and_leads_only_to_a_merge(
    measures: Measures,
) -> None:
    subject = _incentive(measures, FIRM, 2)
    _listed(measures, "开封样例食品有限公司", None, 71)
    assert screen_all(policy=measures.policy, now=NOW).found >= 1
    (case,) = Case.objects.filter(kind="list_hit", details__near=subject.public_id)
    assert case.details["given"] == ["incentive"] and case.ground == "record:71"
    assert screen_all(policy=measures.policy, now=NOW).found == 0
    wang, policy = measures.people.wang, measures.policy
    confirm_hit(case, actor=wang, policy=policy, now=NOW, reason="登记底册一致", seen=case.version)
    assert not Case.objects.filter(kind="measure").exclude(subject=subject).exists()


def test_a_code_that_differs_says_no(measures: Measures) -> None:
    subject = _incentive(measures, FIRM, 2)
    _listed(measures, FIRM, 1, 71)
    screen_all(policy=measures.policy, now=NOW)
    assert not Case.objects.filter(kind="list_hit", details__near=subject.public_id).exists()
