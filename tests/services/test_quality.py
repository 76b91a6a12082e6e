"""Deliveries are counted by place, linked when they come again, and compared between departments."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.people import NOW, TODAY, People
from tests.query_plans import pairs_in_vain
from tests.services.deliveries import HEADER, REGISTER, penalty, registration, write
from tests.services.terms import unconfirmed

from xinheng.core.feeds import ITEMS
from xinheng.core.ids import uscc_check_character
from xinheng.core.policy import Policy
from xinheng.core.quality_score import CODES_OF, Dimension, Sample, Tally
from xinheng.core.refusal import Refusal
from xinheng.services import quality_sql
from xinheng.services.collect import Delivery, confirm, import_file, preview
from xinheng.services.coverage import cells, covered_by_unit
from xinheng.services.lateness import cutoff, named_for_lateness
from xinheng.services.loading import take_statistics
from xinheng.services.quality import (
    Problem,
    Scope,
    by_month,
    count_batches,
    groups,
    lateness,
    problems_in,
    samples,
    scores,
    summed,
    whole,
)
from xinheng.services.returns import adopt_row, send_back
from xinheng.store.models import (
    Batch,
    BatchCount,
    BatchMarks,
    Resubmission,
    ReturnedRow,
    SpotCheck,
    SpotFinding,
)

pytestmark = pytest.mark.usefixtures("home")
FRESH, OLD = "2026-11-18", "2026-11-02"


def _import(people: People, policy: Policy, path: Path, *, now: datetime = NOW) -> Batch:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=now)
    return import_file(path, delivery)


def _sound(row: str) -> str:
    """With an authority code that passes its check; that of the made-up rows does not (E07)."""
    first = "11410200MB1886843"
    return row.replace(f"{first}X", first + uscc_check_character(first))


def _scope(people: People) -> Scope:
    return Scope(organisations=frozenset({people.city.pk, people.market.pk}))


def _tally(people: People) -> Tally:
    return whole(groups(_scope(people)))


@pytest.mark.row("M2-06")
def test_a_delivery_is_counted_by_what_became_of_its_rows(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    rows = [
        _sound(penalty(1, decided=FRESH)),
        penalty(2, decided=OLD),
        penalty(3, decided=FRESH, code="91410202MA000003AA"),
        penalty(4, decided=FRESH, fine=""),
    ]
    _import(people, policy, write(tmp_path, *rows))
    assert count_batches(now=NOW) == 1
    tally = _tally(people)
    assert (tally.accepted, tally.returned, tally.reported) == (2, 2, 4)
    assert (tally.timed, tally.late) == (4, 1)
    assert (tally.wrong_codes, tally.inaccurate, tally.incomplete) == (1, 3, 0)
    assert tally.compliance.written == "50.00%"
    assert lateness(groups(_scope(people))).penalty.written == "25.00%"
    by_place = summed(groups(_scope(people)), lambda group: group.division)
    assert by_place["410202"].accepted == 2
    assert count_batches(now=NOW) == 0


def test_what_came_before_is_repeated_and_not_reported(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    first = [penalty(number, decided=FRESH) for number in range(1, 4)]
    _import(people, policy, write(tmp_path, *first))
    again = write(tmp_path, *first, penalty(4, decided=FRESH), penalty(4, decided=FRESH), called="再报.csv")
    _import(people, policy, again)
    count_batches(now=NOW)
    tally = _tally(people)
    assert (tally.reported, tally.repeated) == (4, 4)
    assert BatchCount.objects.get(batch__file_name="再报.csv", division="410202").repeated == 3


def test_a_file_that_says_when_it_was_reported_is_judged_by_that_day(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    header = HEADER + ",上报日期"
    rows = [f"{penalty(1, decided=OLD)},2026-11-04", f"{penalty(2, decided=OLD)},2026-11-19"]
    _import(people, policy, write(tmp_path, *rows, header=header))
    count_batches(now=NOW)
    marks = BatchMarks.objects.get()
    assert (marks.timed, marks.cutoff, len(marks.late)) == (True, None, 1)
    assert _tally(people).late == 1


def test_the_last_day_that_is_too_late_leaves_more_than_seven_work_days(policy: Policy) -> None:
    feed = policy.feeds["penalty-dual-publicity"]
    last = cutoff(TODAY, feed, policy)
    assert last is not None
    assert policy.calendar.workdays_between(last, TODAY) == 8
    assert policy.calendar.workdays_between(last + timedelta(days=1), TODAY) == 7


def test_nothing_is_late_while_the_term_is_to_be_confirmed(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    own = {name: feed.model_copy(update={"lateness": None}) for name, feed in policy.feeds.items()}
    unknown = replace(unconfirmed(policy, "quality.late_workdays"), feeds=own)
    assert unknown.parameter("quality.late_workdays", on=TODAY).value is None
    _import(people, unknown, write(tmp_path, penalty(1, decided=OLD)))
    count_batches(now=NOW)
    marks = BatchMarks.objects.get()
    assert (marks.timed, marks.cutoff) == (False, None)
    assert not _tally(people).lateness.known


def test_items_without_a_term_of_report_have_no_lateness(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    path = write(tmp_path, registration(1), header=REGISTER, called="登记注册.csv")
    _import(people, policy, path)
    count_batches(now=NOW)
    tally = _tally(people)
    assert (tally.accepted, tally.timed) == (1, 0)
    assert not tally.lateness.known


@pytest.mark.row("X-11")
@pytest.mark.row("M2-05")
def test_a_row_that_comes_again_is_linked_to_its_first_attempt(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    wrong = penalty(3, decided=FRESH, code="91410202MA000003AA")
    _import(people, policy, write(tmp_path, penalty(1, decided=FRESH), wrong))
    count_batches(now=NOW)
    row = ReturnedRow.objects.get()
    assert row.state == "waiting"
    assert problems_in(_scope(people)) == [Problem("E03", 1, 0), Problem("E07", 1, 0)]
    later = NOW + timedelta(hours=1)
    batch = _import(people, policy, write(tmp_path, penalty(3, decided=FRESH), called="更正.csv"), now=later)
    count_batches(now=later)
    link = Resubmission.objects.get()
    assert (link.row, link.batch) == (row, batch)
    row.refresh_from_db()
    assert (row.state, "更正重报" in row.reason) == ("returned", True)
    tally = _tally(people)
    assert (tally.wrong_codes, tally.corrected_codes) == (1, 1)
    assert tally.first_pass.written == "66.67%"
    assert problems_in(_scope(people)) == [Problem("E03", 1, 1), Problem("E07", 1, 1)]


@pytest.mark.row("M2-05")
def test_what_was_loaded_before_a_row_went_back_is_no_second_attempt(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    """Two files are uploaded, and the one uploaded later is confirmed first."""
    known = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    first = preview(write(tmp_path, penalty(3, decided=FRESH)), known, name="先上传.csv")
    other = write(tmp_path, penalty(3, decided=FRESH, fine="5"), called="后上传.csv")
    second = preview(other, known, name="后上传.csv")
    confirm(second.public_id, known)
    later = NOW + timedelta(minutes=1)
    confirm(first.public_id, replace(known, now=later))
    count_batches(now=later)
    row = ReturnedRow.objects.get()
    assert (row.batch, row.codes, row.state) == (first, ["E08"], "waiting")
    assert not Resubmission.objects.exists()


def test_rows_without_document_numbers_come_again_one_for_one(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    """3,000 rows that went back and 3,000 that entered are nine million pairs of one sender and item, but one subject each."""
    sound = [registration(number) for number in range(3_000)]
    wrong = [row.replace(",91410202MA", ",91410202MB") for row in sound]
    first = _import(people, policy, write(tmp_path, *wrong, header=REGISTER, called="有误.csv"))
    later = NOW + timedelta(hours=1)
    second = _import(people, policy, write(tmp_path, *sound, header=REGISTER, called="更正.csv"), now=later)
    with connection.cursor() as cursor:
        take_statistics(cursor, len(sound))
    given = {"batches": [first.pk, second.pk], "now": later}
    assert pairs_in_vain(quality_sql.COME_AGAIN, given) < 100_000
    count_batches(now=later)
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = 'public'")
        known = {table for (table,) in cursor.fetchall()}
    assert known >= {"store_record", "store_recorddetail", "store_returnedrow"}, "of what a load has filled"
    assert Resubmission.objects.count() == 3_000


def test_another_subject_with_the_number_is_no_second_attempt(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    wrong = penalty(3, decided=FRESH, code="91410202MA000003AA", document="汴市监罚〔2026〕9号")
    _import(people, policy, write(tmp_path, wrong))
    other = penalty(5, decided=FRESH, document="汴市监罚〔2026〕9号")
    _import(people, policy, write(tmp_path, other, called="另一件.csv"))
    count_batches(now=NOW)
    assert not Resubmission.objects.exists()


def test_a_decision_on_a_row_is_counted_anew(people: People, policy: Policy, tmp_path: Path) -> None:
    _import(people, policy, write(tmp_path, registration(1), header=REGISTER, called="登记.csv"))
    renamed = penalty(1, decided=FRESH, name="开封某某改名有限公司")
    _import(people, policy, write(tmp_path, renamed))
    count_batches(now=NOW)
    assert _tally(people).returned == 1
    later = NOW + timedelta(minutes=5)
    adopt_row(ReturnedRow.objects.get().pk, actor=people.zhao, reason="改名", now=later)
    assert count_batches(now=later) == 1
    tally = _tally(people)
    assert (tally.returned, tally.adopted, tally.corrected_codes) == (0, 1, 1)


def test_a_row_sent_back_stays_returned(people: People, policy: Policy, tmp_path: Path) -> None:
    _import(people, policy, write(tmp_path, penalty(3, decided=FRESH, code="91410202MA000003AA")))
    send_back(ReturnedRow.objects.get().pk, actor=people.zhao, reason="代码有误", now=NOW)
    count_batches(now=NOW)
    assert (_tally(people).returned, _tally(people).corrected_codes) == (1, 0)


def test_large_work_is_left_to_the_worker(people: People, policy: Policy, tmp_path: Path) -> None:
    _import(people, policy, write(tmp_path, penalty(1), penalty(2)))
    assert count_batches(now=NOW, most_rows=1) == 0
    assert count_batches(now=NOW, most_rows=2) == 1


@pytest.mark.row("M2-06")
def test_look_ups_give_concealment_and_error(people: People) -> None:
    check = SpotCheck.objects.create(
        organisation=people.market,
        item=ITEMS["penalty"],
        checked_on=TODAY,
        place="部门网站",
        sampled=50,
        checked_by=people.wang,
        entered_at=NOW,
    )
    for number, kind in enumerate(("concealed", "wrong", "wrong")):
        SpotFinding.objects.create(check_made=check, kind=kind, document_no=f"{number}号")
    found = samples([people.market.pk], since=date(2026, 11, 1), until=None)
    assert found == {people.market.pk: Sample(50, 1, 2)}
    assert samples([people.market.pk], since=None, until=date(2026, 11, 1)) == {}


@pytest.mark.row("X-11")
def test_departments_and_places_get_a_score(people: People, policy: Policy, tmp_path: Path) -> None:
    rows = [_sound(penalty(1, decided=FRESH)), penalty(2, decided=FRESH, fine="")]
    _import(people, policy, write(tmp_path, *rows))
    count_batches(now=NOW)
    found = groups(_scope(people))
    covered = covered_by_unit(cells([people.market], policy=policy, month=TODAY, today=TODAY))
    by_unit = scores(
        {str(unit): tally for unit, tally in summed(found, lambda group: group.organisation).items()},
        {str(unit): rate for unit, rate in covered.items()},
        policy=policy,
        on=TODAY,
    )
    score = by_unit[str(people.market.pk)]
    assert score.tenths is not None
    shares = {part.dimension: part.rate.per_mille for part in score.parts}
    assert shares[Dimension.ACCURATE] == 500
    assert shares[Dimension.UNIQUE] == 1000


@pytest.mark.row("X-11")
def test_the_worst_are_named_for_correction(policy: Policy) -> None:
    tallies = [
        ("410202", Tally(timed=100, late=50)),
        ("410203", Tally(timed=100, late=51)),
        ("410204", Tally(timed=10, late=9)),
    ]
    assert [one.key for one in named_for_lateness(tallies, policy=policy, today=TODAY)] == [
        "410204",
        "410203",
    ]


@pytest.mark.row("X-11")
@pytest.mark.parametrize("dimension", CODES_OF)
def test_counting_and_rule_know_the_same_defects(dimension: Dimension) -> None:
    assert f"'{{{','.join(CODES_OF[dimension])}}}'" in quality_sql.COUNT


def test_months_are_those_of_china(people: People, policy: Policy, tmp_path: Path) -> None:
    last_of_october_in_utc = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)
    _import(people, policy, write(tmp_path, penalty(1)), now=last_of_october_in_utc)
    count_batches(now=NOW)
    assert {month: tally.accepted for month, tally in by_month(_scope(people)).items()} == {
        date(2026, 11, 1): 1
    }


@pytest.mark.parametrize("by_system", [False, True])
def test_neither_the_sender_nor_the_organisation_of_a_system_decides_on_its_rows(
    people: People, policy: Policy, tmp_path: Path, by_system: bool
) -> None:
    batch = _import(people, policy, write(tmp_path, penalty(1, decided=FRESH, fine="")))
    if by_system:
        Batch.objects.filter(pk=batch.pk).update(received_by=None)
    row = ReturnedRow.objects.get()
    with pytest.raises(Refusal, match="B04"):
        send_back(row.pk, actor=people.li, reason="有误", now=NOW)
    send_back(row.pk, actor=people.zhao, reason="有误", now=NOW)
