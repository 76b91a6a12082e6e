"""Results from above end every local effect when they come; what fits nothing waits for a person until its day."""

from datetime import timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.services.repairers import CODE, PROVED, Repairs, make_repairs

from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.records import Change, change_state
from xinheng.services.repair_results import (
    News,
    records_of,
    settle,
    settle_ended,
    take_application,
    take_result,
    told_of,
    waiting,
)
from xinheng.services.repairs import Application
from xinheng.store.models import Case, Ending, RepairSource, UpperOutcome, UpperResult


@pytest.fixture
def repairs(people: People, policy: Policy) -> Repairs:
    return make_repairs(people, policy)


def _news(repairs: Repairs, **given: object) -> News:
    told = {
        "source": RepairSource.PROVINCE,
        "external": "SXF-7",
        "outcome": UpperOutcome.REPAIRED,
        "code": CODE,
        "document_no": repairs.record.detail.document_no,
        "decided_on": TODAY,
    }
    return News(**told | given)  # type: ignore[arg-type]


@pytest.mark.row("M12-05")
@pytest.mark.row("M10-09")
@pytest.mark.guard("G5")
@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (UpperOutcome.REPAIRED, RecordState.REPAIRED),
        (UpperOutcome.WITHDRAWN, RecordState.WITHDRAWN),
        (UpperOutcome.CORRECTED, RecordState.WITHDRAWN),
    ],
)
def test_a_result_from_above_ends_every_local_effect_at_once(
    repairs: Repairs, outcome: UpperOutcome, state: RecordState
) -> None:
    case = repairs.lodged()
    written = repairs.record.detail.document_no.replace("〔", "[").replace("〕", "]")
    done = take_result(_news(repairs, outcome=outcome, document_no=written), policy=repairs.policy, now=NOW)
    assert (done.ended, done.settled_at) == ([repairs.record.record_key], NOW)
    assert (repairs.current().state, repairs.shown()) == (state, False)
    assert repairs.current().note.ground == "省级平台 SXF-7"
    case.refresh_from_db()
    assert (case.state, case.closed_at) == ("moot", NOW)
    assert Ending.objects.count() == 1
    assert "标签" not in str(told_of(done))


@pytest.mark.guard("G5")
def test_the_same_result_twice_changes_nothing(repairs: Repairs) -> None:
    first = take_result(_news(repairs), policy=repairs.policy, now=NOW)
    again = take_result(_news(repairs), policy=repairs.policy, now=NOW + timedelta(hours=1))
    assert (again.pk, again.settled_at) == (first.pk, NOW)
    assert Ending.objects.count() == 1


@pytest.mark.row("M12-05")
def test_what_fits_no_record_waits_until_the_next_workday(repairs: Repairs) -> None:
    late = take_result(_news(repairs, document_no="汴市监罚〔2020〕99号"), policy=repairs.policy, now=NOW)
    assert late.due_on == repairs.policy.calendar.add_workdays(TODAY, 1).on
    assert waiting() == [late]
    assert repairs.shown()
    stranger = repairs.rows.record()
    with pytest.raises(Refusal) as refused:
        settle(
            late.public_id,
            stranger.record_key,
            actor=repairs.people.wang,
            reason="核对",
            policy=repairs.policy,
            now=NOW,
        )
    assert refused.value.code == "XU4"
    settle(
        late.public_id,
        repairs.record.record_key,
        actor=repairs.people.wang,
        reason="文号书写有误，内容一致",
        policy=repairs.policy,
        now=NOW,
    )
    assert (waiting(), repairs.shown()) == ([], False)
    with pytest.raises(Refusal, match="已经处理"):
        settle(late.public_id, None, actor=repairs.people.wang, reason="x", policy=repairs.policy, now=NOW)


def test_a_result_that_names_nothing_is_refused(repairs: Repairs) -> None:
    for given in (
        {"external": " "},
        {"document_no": ""},
        {"code": ""},
        {"decided_on": TODAY + timedelta(days=1)},
    ):
        with pytest.raises(Refusal) as refused:
            take_result(_news(repairs, **given), policy=repairs.policy, now=NOW)
        assert refused.value.code == "XU1"
    assert not UpperResult.objects.exists()


@pytest.mark.row("M12-01")
@pytest.mark.guard("G5")
def test_an_application_that_is_pushed_twice_is_one_case(repairs: Repairs) -> None:
    lodging = repairs.lodging("XY-3")
    application = Application(handed=PROVED, pledged=True)
    number = repairs.record.detail.document_no
    first = take_application(CODE, number, lodging, application, policy=repairs.policy, now=NOW)
    again = take_application(CODE, number, lodging, application, policy=repairs.policy, now=NOW)
    assert (first.pk, first.state, first.opened_by) == (again.pk, "received", None)
    assert Case.objects.filter(kind="repair").count() == 1
    with pytest.raises(Refusal) as refused:
        take_application(CODE, "没有的", repairs.lodging("XY-4"), application, policy=repairs.policy, now=NOW)
    assert refused.value.code == "XU5"
    assert records_of("91410200MA0000000X", number) == []


@pytest.mark.row("M12-04")
def test_an_application_ends_when_its_record_ended_by_another_way(repairs: Repairs) -> None:
    case = repairs.lodged()
    given = {"actor": repairs.people.zhao, "policy": repairs.policy, "now": NOW}
    shield = Change(deed="shield", reason="重整", ground="（2026）豫02破1号")
    change_state(record_key=repairs.record.record_key, change=shield, **given)
    assert settle_ended(policy=repairs.policy, now=NOW) == 0
    withdraw = Change(deed="withdraw", reason="处罚被撤销", ground="汴政复决〔2026〕3号")
    change_state(record_key=repairs.record.record_key, change=withdraw, **given)
    assert settle_ended(policy=repairs.policy, now=NOW) == 1
    case.refresh_from_db()
    assert (case.state, settle_ended(policy=repairs.policy, now=NOW)) == ("moot", 0)
