"""From a decided breach to the focus list and what follows from it in checks: proposed by a person, told, decided by another,
and gone with its ground."""

from dataclasses import replace

import pytest
from django.conf import settings
from tests.people import NOW, People, make_user
from tests.services.listing_cases import Listers, make_listers
from tests.services.promises import Desk, a_firm
from tests.services.trips import MATTER, make_trips

from xinheng.core.commitment_register import Outcome
from xinheng.core.inspection_matters import Weight
from xinheng.core.policy import Policy, load_policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.cases import take_step
from xinheng.services.commitments_checks import (
    Finding,
    determine_breach,
    notify_breach,
    overturn_breach,
    propose_breach,
)
from xinheng.services.commitments_records import record_of
from xinheng.services.listings import open_lists
from xinheng.services.listings_entries import enter
from xinheng.services.record_corrections import Asked, carry, change_by_hand
from xinheng.services.records import Change
from xinheng.services.visit_items import items_of
from xinheng.store.models import Case, ListEntry, Publication, Record, Subject, Visit

pytestmark = pytest.mark.usefixtures("home")
FOCUS = "nanyang_focus"
FALSE = Finding(outcome=Outcome.FALSE, unperformed="经营场所不存在", evidence="现场笔录 1 号")


@pytest.fixture
def listers(people: People) -> Listers:
    """Nanyang, whose document provides for a focus list; a matter whose points weigh differently."""
    policy = load_policy(settings.POLICY_ROOT, city="nanyang")
    matters = dict(policy.inspection_matters.matters)
    matter = matters[MATTER]
    points = {
        key: point.model_copy(update={"weight": Weight.ROUTINE}) for key, point in matter.points.items()
    }
    points["permit"] = points["permit"].model_copy(update={"weight": Weight.REQUIRED})
    matters[MATTER] = matter.model_copy(update={"points": points})
    listed = policy.inspection_matters.model_copy(update={"matters": matters})
    return make_listers(people, replace(policy, inspection_matters=listed))


def _breach(people: People, policy: Policy) -> tuple[Desk, Case, Record]:
    clerk = make_user("bao", "包窗口", people.city, Role.WINDOW_CLERK)
    desk = Desk(people, policy, a_firm(people, 1, "开封蓝天食品有限公司"), clerk, people.zhao)
    desk.publish()
    done = desk.take()
    case, by = desk.case(done), {"policy": policy, "now": NOW}
    propose_breach(case, FALSE, actor=people.wang, reason="现场核查不符", **by)  # type: ignore[arg-type]
    notify_breach(case, actor=people.zhao, reason="依法告知", **by)  # type: ignore[arg-type]
    desk.serve_notice(case)
    take_step(case.public_id, "hear", actor=people.wang, reason="企业表示属实", **by)  # type: ignore[arg-type]
    made = determine_breach(case, pursued="撤销许可 1 号", actor=people.zhao, reason="属实", **by)  # type: ignore[arg-type]
    record = record_of(made)
    assert record is not None
    return desk, case, record


def _grave(listers: Listers, record: Record) -> Record:
    """Two persons class the breach as general, on a document and with a letter, as every heavier correction."""
    change = Change(deed="correct", reason="多次作出虚假承诺，情节较重", ground="分类认定书〔2026〕1号")
    words = {"policy": listers.policy, "now": NOW}
    asked = Asked(change=change, values={"seriousness": 2}, actor=listers.people.wang, **words)  # type: ignore[arg-type]
    case = change_by_hand(record.record_key, asked)
    assert case is not None
    carry(case, reason="与事实相符", actor=listers.people.zhao, **words)  # type: ignore[arg-type]
    return Record.objects.get(record_key=record.record_key, known_until__isnull=True)


def _visit(listers: Listers, firm: Subject) -> Visit:
    trips = make_trips(listers.people, listers.policy)
    (visit,) = trips.sent(trips.drawn(band="lower", subject=firm)).made
    return visit


@pytest.mark.row("M4-09")
@pytest.mark.guard("G5")
def test_a_serious_breach_grounds_a_proposal_for_the_focus_list_and_nothing_by_itself(
    listers: Listers,
) -> None:
    _, _, breach = _breach(listers.people, listers.policy)
    assert open_lists(breach, policy=listers.policy, on=NOW.date()) == {}, "minor breaches ground no list"
    record = _grave(listers, breach)
    assert set(open_lists(record, policy=listers.policy, on=NOW.date())) == {FOCUS}
    assert not Case.objects.filter(kind="listing").exists() and not ListEntry.objects.exists()
    case = listers.propose(record, key=FOCUS)
    assert (case.state, ListEntry.objects.count()) == ("drafted", 0)
    with pytest.raises(Refusal) as refused:
        listers.propose(record, key="market_serious")
    assert refused.value.code in ("LG1", "C03")


@pytest.mark.row("M4-09")
@pytest.mark.row("M9-05")
@pytest.mark.guard("G16")
def test_the_focus_list_takes_notice_and_two_persons_and_ends_with_the_breach(listers: Listers) -> None:
    people = listers.people
    desk, breach, minor = _breach(people, listers.policy)
    record = _grave(listers, minor)
    case = listers.served(record, key=FOCUS)
    verbs = list(case.events.order_by("sequence").values_list("verb", flat=True))
    assert verbs.index("notify") < verbs.index("review") < verbs.index("decide")
    entry = enter(case, listers.by(people.wang), reason="两书已送达")
    assert (entry.kind, entry.record_key, entry.ended_at) == ("focus", None, None)
    assert entry.proposed_by != entry.decided_by
    assert not Publication.objects.filter(subject=desk.firm).exists()
    overturn_breach(breach, actor=people.zhao, policy=listers.policy, now=NOW, reason="查明确已履行")
    entry.refresh_from_db()
    assert entry.ended_at is not None


@pytest.mark.row("M9-05")
@pytest.mark.guard("G7")
def test_a_check_spares_nothing_while_the_enterprise_is_on_the_focus_list(listers: Listers) -> None:
    people, policy = listers.people, listers.policy
    record = listers.evidence(seriousness=2)
    visit = _visit(listers, record.subject)
    before = items_of(visit, policy=policy)
    assert before.left_out and set(before.points) == {"permit"}
    entry = enter(listers.served(record, key=FOCUS), listers.by(people.wang), reason="两书已送达")
    during = items_of(visit, policy=policy)
    assert not during.left_out and len(during.points) > len(before.points)
    assert "重点关注对象名单" in during.ground and "信衡建议值" in during.ground
    assert during.band == before.band, "the public draw shows nothing of an internal list"
    ListEntry.objects.filter(pk=entry.pk).update(suspended_at=NOW)
    assert set(items_of(visit, policy=policy).points) == {"permit"}
    ListEntry.objects.filter(pk=entry.pk).update(
        suspended_at=None, ended_at=NOW, end_cause="repaired", ended_why="改正"
    )
    assert set(items_of(visit, policy=policy).points) == {"permit"}


@pytest.mark.row("M9-05")
def test_only_a_registered_focus_list_steers_checks_and_no_city_without_one_has_any() -> None:
    from xinheng.core.policy_checks import names_nowhere

    policy = load_policy(settings.POLICY_ROOT, city="nanyang")
    watch = policy.grading.watch
    assert watch is not None and not watch.verified
    wrong = policy.grading.model_copy(
        update={"watch": watch.model_copy(update={"lists": ("market_serious",)})}
    )
    assert [key for key, _ in names_nowhere(policy, wrong)] == ["watch"]
    assert load_policy(settings.POLICY_ROOT, city="kaifeng").grading.watch is None
