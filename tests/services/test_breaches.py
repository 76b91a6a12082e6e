"""A decided breach is with the city in the transaction of the decision, in one form for all, and gone when it is undone."""

from datetime import timedelta

import pytest
from tests.people import NOW, People
from tests.services.promises import Desk, a_list, make_desk
from tests.store import exchange_rows
from tests.store.rows import Rows

from xinheng.core.commitment_register import Outcome
from xinheng.core.feeds import ITEMS
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.breaches import COLUMNS, handed_to, line_of, receive, standing
from xinheng.services.cases import take_step
from xinheng.services.commitments_checks import (
    Finding,
    determine_breach,
    notify_breach,
    overturn_breach,
    propose_breach,
)
from xinheng.services.commitments_lists import approve_draft, begin_draft, submit_draft
from xinheng.services.commitments_records import record_of
from xinheng.services.exchanges_lines import said_of
from xinheng.services.records import Change, change_state
from xinheng.store.models import BreachReport, Commitment, LedgerEvent, Organisation

FALSE = Finding(outcome=Outcome.FALSE, unperformed="经营场所不存在", evidence="现场笔录 1 号")


@pytest.fixture
def desk(people: People, policy: Policy, home: object) -> Desk:
    return make_desk(people, policy)


def broken(desk: Desk, unit: Organisation) -> Commitment:
    """A commitment that this unit took and found not kept."""
    case = begin_draft(a_list(), organisation=unit, actor=desk.people.wang, policy=desk.policy, now=NOW)
    submit_draft(case.public_id, actor=desk.people.wang, policy=desk.policy, now=NOW)
    approve_draft(case.public_id, actor=desk.people.zhao, policy=desk.policy, now=NOW)
    made = desk.take()
    given = {"policy": desk.policy, "now": NOW, "reason": "现场核查不符"}
    case = propose_breach(desk.case(made), FALSE, actor=desk.people.wang, **given)
    notify_breach(case, actor=desk.people.zhao, **given)
    desk.serve_notice(case)
    take_step(case.public_id, "hear", actor=desk.people.wang, **given)
    return determine_breach(case, pursued="撤销许可 1 号", actor=desk.people.zhao, **given)


@pytest.mark.row("M4-09")
def test_a_decided_breach_is_with_the_city_at_once_and_says_to_whom_and_when(
    desk: Desk, people: People, policy: Policy
) -> None:
    made = broken(desk, people.market)
    report = BreachReport.objects.get()
    assert (report.commitment, report.receiver, report.reported_at) == (made, people.city, NOW)
    assert [one.pk for one in standing([people.market.pk])] == [report.pk]
    line = dict(zip(COLUMNS, line_of(made, policy=policy), strict=True))
    assert (line["unperformed"], line["pursued"], line["remarks"]) == (
        "经营场所不存在",
        "撤销许可 1 号",
        "虚假承诺",
    )
    assert line["determined_by"] and line["fulfilment"] == "全部未履行"
    (handed,) = handed_to(made)
    assert (handed.to, handed.sent_at, handed.received_at) == ("市信用办", NOW, None)
    assert LedgerEvent.objects.filter(kind="commitment.breach_reported").count() == 1


@pytest.mark.row("M4-09")
def test_the_city_takes_note_once_and_no_unit_for_itself(desk: Desk, people: People) -> None:
    made = broken(desk, people.market)
    report = BreachReport.objects.get()
    with pytest.raises(Refusal) as own:
        receive(report.public_id, actor=people.li, policy=desk.policy, now=NOW)
    assert own.value.code == "BR3"
    receive(report.public_id, actor=people.wang, policy=desk.policy, now=NOW)
    (handed,) = handed_to(made)
    assert (handed.received_at, handed.received_by) == (NOW, "王审核")
    with pytest.raises(Refusal) as again:
        receive(report.public_id, actor=people.wang, policy=desk.policy, now=NOW)
    assert again.value.code == "BR2"


@pytest.mark.row("M4-09")
def test_what_the_credit_office_found_itself_is_noted_by_another_of_its_people(
    desk: Desk, people: People
) -> None:
    Organisation.objects.filter(pk=people.market.pk).update(key=desk.policy.city.lead[0])
    people.market.refresh_from_db()
    made = broken(desk, people.market)
    report = BreachReport.objects.get()
    for own in (people.wang, people.zhao):
        with pytest.raises(Refusal) as refused:
            receive(report.public_id, actor=own, policy=desk.policy, now=NOW)
        assert refused.value.code == "BR3"
    receive(report.public_id, actor=people.li, policy=desk.policy, now=NOW)
    (handed,) = handed_to(made)
    assert handed.received_at == NOW


@pytest.mark.row("M4-09")
@pytest.mark.guard("G9")
def test_a_repaired_breach_leaves_the_table_of_the_city(desk: Desk, people: People, policy: Policy) -> None:
    made = broken(desk, people.market)
    assert made.record_key is not None
    change = Change(deed="repair", reason="已改正", ground="修复决定 1 号")
    change_state(record_key=made.record_key, change=change, actor=people.zhao, policy=policy, now=NOW)
    assert not standing([people.market.pk])
    with pytest.raises(Refusal) as gone:
        receive(BreachReport.objects.get().public_id, actor=people.wang, policy=desk.policy, now=NOW)
    assert gone.value.code == "BR1"


@pytest.mark.row("M4-09")
@pytest.mark.guard("G9")
def test_an_overturned_breach_is_taken_back(desk: Desk, people: People, policy: Policy) -> None:
    made = broken(desk, people.market)
    overturn_breach(desk.case(made), actor=desk.qian, policy=policy, now=NOW, reason="事实不成立")
    made.refresh_from_db()
    assert BreachReport.objects.get().withdrawn_at == NOW
    assert not standing([people.market.pk])
    assert handed_to(made) == ()
    assert LedgerEvent.objects.filter(kind="commitment.breach_taken_back").exists()


@pytest.mark.row("M4-09")
def test_a_platform_above_is_named_with_the_package_that_told_of_the_breach(
    desk: Desk, people: People, policy: Policy
) -> None:
    made, rows = broken(desk, people.city), Rows(people)
    assert not BreachReport.objects.exists()
    assert handed_to(made) == ()
    agreed = exchange_rows.AGREED | {"decided_by": people.zhao}
    above = exchange_rows.peer(rows, **agreed)
    exchange_rows.peer(rows, name="县平台", relation="below", **agreed)
    exchange_rows.item(rows, peer=above, item=ITEMS["commitment"])
    (waits,) = handed_to(made)
    assert (waits.to, waits.sent_at, waits.number) == ("省平台", None, None)
    entry = exchange_rows.entry(rows, peer=above, item=ITEMS["commitment"], record_key=made.record_key, n=7)
    old = exchange_rows.package(rows, peer=above, number=1, first=1, last=9, made_at=NOW - timedelta(days=1))
    assert handed_to(made)[0].sent_at is None
    new = exchange_rows.package(
        rows,
        peer=above,
        number=2,
        first=10,
        last=12,
        made_at=NOW,
        sent_at=NOW,
        state="received",
        receipt={"standing": 1},
        received_at=NOW,
    )
    type(entry).objects.filter(pk=entry.pk).update(n=11)
    (gone,) = handed_to(made)
    assert (gone.number, gone.sent_at, gone.received_at) == (new.number, NOW, NOW)
    assert old.number == 1
    record = record_of(made)
    assert record is not None
    said = said_of(record, other=("", ""), first_known=NOW.date())
    assert (said.fields["承诺履行状态"], said.fields["未履行的承诺内容"]) == ("全部未履行", "经营场所不存在")
