"""What should come by when, signed statements of nothing, reminders, and the matrix of subjects and items."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, penalty, registration, write
from tests.services.terms import unconfirmed
from tests.store.rows import Rows

from xinheng.core.collection_cycle import Standing
from xinheng.core.duties import Owing
from xinheng.core.feeds import ITEMS
from xinheng.core.policy import Policy, load_policy
from xinheng.core.quality_score import Rate
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.coverage import (
    ELSEWHERE,
    Cell,
    cells,
    cells_by_month,
    closed_cells,
    county_of,
    covered_of,
    matrix,
    overdue,
    to_remind,
)
from xinheng.services.quality import count_batches, count_subjects
from xinheng.services.statements import monthly_register, remind, sign_nothing, withdraw_statement
from xinheng.store.models import (
    Batch,
    LedgerEvent,
    NothingStatement,
    Organisation,
    Subject,
    SubjectCount,
)

pytestmark = pytest.mark.usefixtures("home")
OCTOBER = date(2026, 10, 1)
PENALTY, ABNORMAL = ITEMS["penalty"], ITEMS["abnormal_operation"]


def _import(people: People, policy: Policy, path: Path, *, now: datetime = NOW) -> Batch:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=now)
    return import_file(path, delivery)


def _closed(people: People, policy: Policy, *, today: date = TODAY) -> dict[int, Cell]:
    return {cell.item: cell for cell in closed_cells([people.market], policy=policy, today=today)}


def _sign(people: People, policy: Policy, *, item: int = ABNORMAL) -> NothingStatement:
    return sign_nothing(people.market, item=item, start=OCTOBER, actor=people.li, policy=policy, now=NOW)


@pytest.mark.row("M2-03")
def test_an_item_without_data_is_overdue_after_its_day(people: People, policy: Policy) -> None:
    late = overdue([people.market, people.city], policy=policy, today=TODAY)
    found = {cell.item: cell for cell in late}
    assert found[ABNORMAL].stood.span.label == "2026年10月"
    assert found[ABNORMAL].stood.due.on == date(2026, 11, 6)
    assert {cell.organisation for cell in late} == {people.market}
    assert _closed(people, policy, today=date(2026, 11, 6))[ABNORMAL].stood.standing is Standing.DUE_SOON


def test_a_delivery_covers_the_period_of_its_records(people: People, policy: Policy, tmp_path: Path) -> None:
    _import(people, policy, write(tmp_path, penalty(1, decided="2026-10-20")))
    count_batches(now=NOW)
    cell = _closed(people, policy)[PENALTY]
    assert (cell.stood.standing, cell.stood.came_on) == (Standing.CAME_LATE, TODAY)
    now_running = {one.item: one for one in cells([people.market], policy=policy, month=TODAY, today=TODAY)}
    assert now_running[PENALTY].stood.standing is Standing.CAME


@pytest.mark.row("M2-03")
@pytest.mark.row("M2-06")
def test_a_signed_statement_counts_as_covered(people: People, policy: Policy) -> None:
    before = covered_of(closed_cells([people.market], policy=policy, today=TODAY))
    statement = _sign(people, policy)
    cell = _closed(people, policy)[ABNORMAL]
    assert cell.stood.standing is Standing.NOTHING
    assert cell.statement == statement
    assert (statement.signed_by, statement.signed_at, statement.end_on) == (people.li, NOW, date(2026, 11, 1))
    assert "2026年10月" in statement.text
    assert statement.digest.startswith("sha256:")
    assert LedgerEvent.objects.filter(kind="nothing.signed", actor=people.li).count() == 1
    after = covered_of(closed_cells([people.market], policy=policy, today=TODAY))
    assert after == Rate(before.part + 1, before.whole)


def test_data_of_the_period_end_a_statement(people: People, policy: Policy, tmp_path: Path) -> None:
    _import(people, policy, write(tmp_path, penalty(1, decided="2026-09-20")), now=NOW - timedelta(days=60))
    count_batches(now=NOW)
    statement = _sign(people, policy, item=PENALTY)
    batch = _import(people, policy, write(tmp_path, penalty(2, decided="2026-10-20"), called="补报.csv"))
    count_batches(now=NOW)
    statement.refresh_from_db()
    assert (statement.withdrawn_at, statement.withdrawn_for) == (NOW, batch)
    assert "批次" in statement.reason
    assert _closed(people, policy)[PENALTY].stood.standing is Standing.CAME_LATE


def test_data_of_another_period_leave_a_statement(people: People, policy: Policy, tmp_path: Path) -> None:
    _import(people, policy, write(tmp_path, penalty(1, decided="2026-09-20")), now=NOW - timedelta(days=60))
    count_batches(now=NOW)
    statement = _sign(people, policy, item=PENALTY)
    _import(people, policy, write(tmp_path, penalty(2, decided="2026-11-10"), called="本月.csv"))
    count_batches(now=NOW)
    statement.refresh_from_db()
    assert statement.withdrawn_at is None


def test_a_statement_is_refused_where_it_cannot_be_true(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match="Q01"):
        sign_nothing(
            people.market, item=ABNORMAL, start=date(2026, 11, 1), actor=people.li, policy=policy, now=NOW
        )
    with pytest.raises(Refusal, match="Q03"):
        sign_nothing(people.city, item=ABNORMAL, start=OCTOBER, actor=people.wang, policy=policy, now=NOW)
    with pytest.raises(Refusal, match="Q05"):
        sign_nothing(
            people.market, item=ABNORMAL, start=date(2026, 10, 2), actor=people.li, policy=policy, now=NOW
        )
    _import(people, policy, write(tmp_path, penalty(1, decided="2026-10-20")))
    count_batches(now=NOW)
    with pytest.raises(Refusal, match="Q02"):
        _sign(people, policy, item=PENALTY)
    with pytest.raises(Refusal, match="Q08"):
        sign_nothing(people.market, item=ABNORMAL, start=OCTOBER, actor=people.wang, policy=policy, now=NOW)
    _sign(people, policy)
    with pytest.raises(Refusal, match="Q04"):
        _sign(people, policy)


def test_a_statement_can_be_taken_back_with_a_reason(people: People, policy: Policy) -> None:
    statement = _sign(people, policy)
    with pytest.raises(Refusal, match="Q07"):
        withdraw_statement(statement.public_id, actor=people.li, reason=" ", now=NOW)
    withdraw_statement(statement.public_id, actor=people.li, reason="发现漏报", now=NOW)
    assert _closed(people, policy)[ABNORMAL].stood.standing is Standing.OVERDUE
    with pytest.raises(Refusal, match="Q06"):
        withdraw_statement(statement.public_id, actor=people.li, reason="再撤", now=NOW)
    _sign(people, policy)


@pytest.mark.row("M2-03")
def test_departments_are_reminded_once_before_and_once_after(people: People, policy: Policy) -> None:
    early = datetime.combine(date(2026, 11, 2), NOW.timetz())
    first = remind([people.market], policy=policy, now=early + timedelta(days=2))
    assert ABNORMAL in {cell.item for cell in first}
    assert remind([people.market], policy=policy, now=early + timedelta(days=3)) == []
    after = remind([people.market], policy=policy, now=NOW)
    assert ABNORMAL in {cell.item for cell in after}
    assert remind([people.market], policy=policy, now=NOW) == []


def test_only_what_is_overdue_is_reminded_while_the_days_are_to_be_confirmed(
    people: People, policy: Policy
) -> None:
    unknown = unconfirmed(policy, "quality.remind_workdays")
    early = date(2026, 11, 4)
    before = to_remind([people.market], policy=unknown, today=early)
    assert ABNORMAL in {cell.item for cell in to_remind([people.market], policy=policy, today=early)}
    assert ABNORMAL not in {cell.item for cell in before}
    assert all(cell.stood.standing is Standing.OVERDUE for cell in before)
    assert ABNORMAL in {cell.item for cell in to_remind([people.market], policy=unknown, today=TODAY)}


def _register(people: People, policy: Policy, tmp_path: Path) -> None:
    rows = [registration(number) for number in range(1, 5)]
    _import(people, policy, write(tmp_path, *rows, header=REGISTER, called="登记注册.csv"))
    count_batches(now=NOW)
    count_subjects(now=NOW)


@pytest.mark.row("M2-06")
def test_coverage_counts_subjects_times_items(people: People, policy: Policy, tmp_path: Path) -> None:
    _register(people, policy, tmp_path)
    found = closed_cells([people.market], policy=policy, today=TODAY)
    lines = {line.cell.item: line for line in matrix(found, policy=policy, on=TODAY).lines}
    assert lines[ITEMS["registration"]].places["410202"] == Rate(4, 4)
    assert lines[ABNORMAL].places["410202"] == Rate(0, 4)
    _sign(people, policy)
    again = matrix(closed_cells([people.market], policy=policy, today=TODAY), policy=policy, on=TODAY)
    covered = {line.cell.item: line.places["410202"] for line in again.lines}
    assert covered[ABNORMAL] == Rate(4, 4)
    assert again.whole == Rate(8, 4 * len(again.lines))
    assert again.of_place("410202") == again.whole
    assert again.subjects["410202"] == 4


def _listed(people: People, area: str, **items: str) -> None:
    """A list of powers and duties in force that names one duty an item."""
    duties = [
        {"organisation": people.market.key, "number": number, "title": "某事", "items": [item]}
        for number, item in items.items()
    ]
    Rows(people).version(kind="duties", key=area, body={"duties": duties})


@pytest.mark.row("M2-02")
@pytest.mark.row("M2-06")
def test_what_the_list_of_duties_does_not_name_is_not_owed_and_in_no_denominator(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    _register(people, policy, tmp_path)
    before = matrix(closed_cells([people.market], policy=policy, today=TODAY), policy=policy, on=TODAY)
    assert {line.basis for line in before.lines} == {Owing.NO_LIST}
    _listed(people, policy.city.code, C1="penalty")
    found = matrix(closed_cells([people.market], policy=policy, today=TODAY), policy=policy, on=TODAY)
    lines = {line.cell.item: line for line in found.lines}
    assert set(lines) == {PENALTY, ITEMS["registration"]}
    assert (lines[PENALTY].basis, lines[PENALTY].places["410202"].whole) == (Owing.OWED, 4)
    delivered = lines[ITEMS["registration"]]
    assert (delivered.basis, dict(delivered.places)) == (Owing.NOT_OWED, {})
    assert found.whole.whole == lines[PENALTY].whole.whole


@pytest.mark.row("M2-02")
def test_a_list_of_a_county_obliges_in_that_county_alone(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    _register(people, policy, tmp_path)
    _listed(people, policy.city.code, C1="penalty")
    _listed(people, "410202", C2="abnormal_operation")
    found = matrix(closed_cells([people.market], policy=policy, today=TODAY), policy=policy, on=TODAY)
    line = next(line for line in found.lines if line.cell.item == ABNORMAL)
    assert line.owing["410202"] is Owing.OWED
    assert set(line.places) == {"410202"}
    assert line.owing["410203"] is Owing.NOT_OWED
    assert line.whole.whole == 4


def test_a_merged_subject_is_not_counted_beside_the_one_that_stands(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    _register(people, policy, tmp_path)
    standing, merged = Subject.objects.order_by("pk")[:2]
    Subject.objects.filter(pk=merged.pk).update(merged_into=standing)
    count_subjects(now=NOW)
    counted = {row.item: row.subjects for row in SubjectCount.objects.filter(division="410202")}
    assert counted == {0: 3, ITEMS["registration"]: 3}


def test_denominators_are_those_of_the_kind_of_subject(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    _register(people, policy, tmp_path)
    rows = Rows(people)
    rows.subject(code="52410202MJ00000017", kind="social_organisation", division_code="410202")
    count_subjects(now=NOW)
    found = closed_cells([people.market], policy=policy, today=TODAY)
    lines = {line.cell.item: line for line in matrix(found, policy=policy, on=TODAY).lines}
    assert lines[ITEMS["registration"]].places["410202"].whole == 4
    assert lines[ABNORMAL].places["410202"].whole == 5
    social = matrix(found, policy=policy, on=TODAY, kinds=["social_organisation"])
    assert {line.whole.whole for line in social.lines} == {1}
    assert ITEMS["registration"] not in {line.cell.item for line in social.lines}


def test_an_old_division_leads_to_its_present_county(policy: Policy) -> None:
    ended = [code for code, county in policy.counties.items() if county.until is not None]
    assert all(county_of(code, policy) not in ended for code in ended)
    assert county_of("410202", policy) == "410202"
    assert county_of("110101", policy) == ELSEWHERE


@pytest.mark.row("M4-10")
def test_the_register_of_commitments_is_due_on_the_fifth(people: People) -> None:
    huaian = load_policy(settings.POLICY_ROOT, city="huaian")
    rows = Rows(people)
    batch = rows.batch(state="loaded", loaded_at=NOW, item=ITEMS["commitment"])
    full = {"承诺事由": "许可", "承诺内容": "合规", "违诺责任": "撤销", "公开类型": "社会公开"}
    for fields in (full, {"承诺事由": "许可"}):
        record = rows.record(batch=batch, item=ITEMS["commitment"], decided_on=date(2026, 11, 3))
        rows.detail(record=record, fields=fields)
    units = list(Organisation.objects.order_by("pk"))
    register = monthly_register(units, policy=huaian, today=TODAY)
    assert register is not None
    assert (register.month.label, register.due_on) == ("2026年11月", date(2026, 12, 5))
    (line,) = register.lines
    assert (line.organisation, line.commitments, line.incomplete) == (people.market, 2, 1)
    assert not line.complete
    assert register.missing == 1
    kaifeng = load_policy(settings.POLICY_ROOT, city="kaifeng")
    assert monthly_register(units, policy=kaifeng, today=TODAY) is None


def test_months_stand_as_each_does_alone(people: People, policy: Policy, tmp_path: Path) -> None:
    _import(people, policy, write(tmp_path, penalty(1, decided="2026-10-20")))
    count_batches(now=NOW)
    months = [date(2026, 9, 1), OCTOBER]
    found = cells_by_month([people.market], policy=policy, months=months, today=TODAY)
    for month in months:
        assert found[month] == cells([people.market], policy=policy, month=month, today=TODAY)
    assert covered_of(found[OCTOBER]).part == covered_of(found[months[0]]).part + 1
    assert cells_by_month([], policy=policy, months=months, today=TODAY)[OCTOBER] == ()
