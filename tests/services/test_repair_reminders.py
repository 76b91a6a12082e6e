"""Before the first day of repair an enterprise is told, once, and never of what has ended or is being repaired."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import code
from tests.services.repairers import EARLIEST, WHOLE, Repairs, make_repairs, penalty

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.repair_decisions import accept, ask_completion, complete, grant
from xinheng.services.repair_reminders import for_the_window, reminders_of, write_reminders
from xinheng.services.repairs import Application, lodge
from xinheng.store.models import CaseDeadline, Record, RepairReminder, Subject

SOON = TODAY + timedelta(days=10)


@pytest.fixture
def repairs(people: People, policy: Policy) -> Repairs:
    return make_repairs(people, policy)


def _shown(repairs: Repairs, firm: Subject, *, days: int) -> Record:
    record = penalty(repairs.rows, firm)
    repairs.rows.publication(
        ground=record,
        decided_on=record.decided_on,
        earliest_repair_on=TODAY + timedelta(days=days),
        published_at=NOW - timedelta(days=9),
    )
    return record


@pytest.mark.row("M12-01")
def test_an_enterprise_is_told_once_before_the_first_day(repairs: Repairs, policy: Policy) -> None:
    soon = _shown(repairs, repairs.firm, days=10)
    _shown(repairs, repairs.firm, days=40)
    assert EARLIEST < TODAY
    assert [write_reminders(policy=policy, now=NOW) for _ in range(2)] == [1, 0]
    (one,) = reminders_of(repairs.firm, today=TODAY)
    assert (one.record.record_key, one.earliest_on) == (soon.record_key, SOON)
    assert reminders_of(repairs.firm, today=SOON)
    assert not reminders_of(repairs.firm, today=SOON + timedelta(days=31))
    later = NOW + timedelta(days=30)
    assert write_reminders(policy=policy, now=later) == 1


@pytest.mark.row("M12-01")
@pytest.mark.guard("G9")
def test_nothing_is_told_of_what_has_ended_or_is_being_repaired(repairs: Repairs, policy: Policy) -> None:
    write_reminders(policy=policy, now=NOW)
    RepairReminder.objects.create(record_key=repairs.record.record_key, earliest_on=EARLIEST, written_at=NOW)
    day = EARLIEST + timedelta(days=1)
    assert len(reminders_of(repairs.firm, today=day)) == 1
    case = repairs.lodged()
    assert not reminders_of(repairs.firm, today=day)
    accept(case, repairs.act(repairs.people.wang))
    repairs.step(case, "examine", repairs.sun)
    grant(case, repairs.act(repairs.people.zhao))
    assert not reminders_of(repairs.firm, today=day)
    assert not for_the_window(today=day, units=None, after=None, limit=9)


@pytest.mark.row("M12-01")
@pytest.mark.row("X-12")
def test_the_window_has_the_list_of_those_without_an_account(repairs: Repairs, policy: Policy) -> None:
    repairs.party("file", "requests")
    other = repairs.rows.subject(code=code(7), name="开封白云食品有限公司")
    third = repairs.rows.subject(code=code(8), name="开封红日食品有限公司")
    for firm, days in ((repairs.firm, 3), (other, 5), (third, 7)):
        _shown(repairs, firm, days=days)
    write_reminders(policy=policy, now=NOW)
    whole = for_the_window(today=TODAY, units=None, after=None, limit=9)
    assert [one.record.subject for one in whole] == [other, third]
    first = whole[0]
    after = (first.earliest_on, first.number)
    assert for_the_window(today=TODAY, units=None, after=after, limit=9) == whole[1:]
    assert not for_the_window(today=TODAY, units=[repairs.people.city.pk], after=None, limit=9)
    of_market = for_the_window(today=TODAY, units=[repairs.people.market.pk], after=None, limit=9)
    assert of_market == whole


@pytest.mark.row("M12-03")
def test_the_term_of_the_whole_runs_from_the_application_and_stands_while_it_is_completed(
    repairs: Repairs,
) -> None:
    asked_on = TODAY - timedelta(days=2)
    case = lodge(
        repairs.record.record_key,
        Application(pledged=True),
        repairs.lodging(lodged_on=asked_on),
        actor=repairs.people.wang,
        policy=repairs.policy,
        now=NOW,
    )
    calendar = repairs.policy.calendar

    def total() -> CaseDeadline:
        return CaseDeadline.objects.get(case=case, key="repair.total_workdays")

    assert case.flow_version == 2
    assert total().due_on == calendar.add_workdays(asked_on, 10).on
    assert not repairs.policy.parameter("repair.total_workdays", on=TODAY).verified
    ask_completion(case, ["duty_done"], repairs.act(repairs.people.wang))
    assert total().suspended_on == TODAY
    complete(case, WHOLE, actor=repairs.people.wang, policy=repairs.policy, now=NOW)
    assert total().suspended_on is None
    case.refresh_from_db()
    accept(case, repairs.act(repairs.people.wang))
    repairs.step(case, "examine", repairs.sun)
    assert total().ended_on is None
    with pytest.raises(Refusal):
        grant(case, replace(repairs.act(repairs.people.wang)))
    grant(case, repairs.act(repairs.people.zhao))
    assert total().ended_on == TODAY
