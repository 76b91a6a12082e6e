"""Good lists are publicised first; releases leave out who has left; a watch shows who lists out of proportion."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from tests.people import NOW, TODAY, People, make_user
from tests.refusals import code_of
from tests.services.listing_cases import Listers, make_listers

from xinheng.core.days import add_months
from xinheng.core.local_rules import About
from xinheng.core.policy import Policy, load_policy
from xinheng.core.records import Finality, Seriousness
from xinheng.core.roles import Role
from xinheng.core.sources import Rank
from xinheng.services.case_deadlines import run_out
from xinheng.services.listings import step
from xinheng.services.listings_entries import end_due, enter, enter_good, lift, publicise, revoke
from xinheng.services.listings_releases import compile_release, discard, release, shown
from xinheng.services.listings_watch import watch
from xinheng.services.local_rules import Found, assess_rule, enter_rule, hints_of
from xinheng.store.listings import RuleState
from xinheng.store.models import Case, ListEntry, LocalRule, Record

pytestmark = pytest.mark.usefixtures("home")
GOOD = "good_faith"


@pytest.fixture
def listers(people: People, policy: Policy) -> Listers:
    return make_listers(people, policy)


def _honour(listers: Listers) -> Record:
    return listers.evidence(item=19, seriousness=Seriousness.NONE, finality=Finality.UNKNOWN)


def _publicised(listers: Listers, record: Record | None = None) -> Case:
    early = NOW - timedelta(days=20)
    case = listers.propose(record or _honour(listers), key=GOOD, on=early)
    return publicise(
        case, listers.by(listers.people.wang, on=early), review="审查表〔2026〕3号",
        reviewed_on=date(2026, 10, 1), finding="不含排除、限制竞争的内容", reason="公示",
    )  # fmt: skip


def _listed(listers: Listers) -> ListEntry:
    case = _publicised(listers)
    run_out(policy=listers.policy, now=NOW - timedelta(days=1))
    case.refresh_from_db()
    return enter_good(case, listers.by(listers.people.zhao), reason="公示无异议")


@pytest.mark.row("M9-06")
@pytest.mark.guard("G12")
def test_nobody_is_publicised_without_a_fair_competition_review(listers: Listers) -> None:
    case = listers.propose(_honour(listers), key=GOOD)
    wang = listers.by(listers.people.wang)
    words = {"reviewed_on": TODAY, "finding": "无", "reason": "x"}
    assert code_of(publicise, case, wang, review=" ", **words) == "LG21"
    later = {**words, "reviewed_on": TODAY + timedelta(days=1)}
    assert code_of(publicise, case, wang, review="审查表1号", **later) == "LG23"


@pytest.mark.row("M9-06")
def test_a_good_entry_follows_publicity_and_ends_with_its_term(listers: Listers) -> None:
    case = _publicised(listers)
    zhao = listers.by(listers.people.zhao)
    assert code_of(enter_good, case, zhao, reason="x") == "flow_state"
    run_out(policy=listers.policy, now=NOW - timedelta(days=1))
    case.refresh_from_db()
    entry = enter_good(case, zhao, reason="公示无异议")
    assert (entry.kind, entry.until_on, entry.record_key) == ("positive", add_months(TODAY, 12), None)
    assert end_due(policy=listers.policy, today=add_months(TODAY, 12), now=NOW + timedelta(days=370)) == 1
    case.refresh_from_db()
    assert case.state == "ended"


@pytest.mark.row("M9-06")
def test_an_objection_stops_the_publicity(listers: Listers) -> None:
    case = _publicised(listers)
    wang = listers.by(listers.people.wang, on=NOW - timedelta(days=19))
    case = step(case, "object", wang, reason="有人反映材料不实")
    assert run_out(policy=listers.policy, now=NOW) == 0
    assert step(case, "uphold", listers.by(listers.people.zhao), reason="属实").state == "declined"
    assert not ListEntry.objects.exists()


@pytest.mark.row("M9-06")
def test_only_good_information_grounds_a_good_entry_and_nobody_on_a_serious_list(listers: Listers) -> None:
    assert code_of(listers.propose, listers.evidence(), key=GOOD) == "LG9"
    serious = listers.listed()
    honour = listers.evidence(item=19, subject=serious.subject)
    assert code_of(listers.propose, honour, key=GOOD) == "LG19"


@pytest.mark.row("M9-06")
def test_who_no_longer_fits_is_lifted(listers: Listers) -> None:
    entry = _listed(listers)
    lift(Case.objects.get(pk=entry.decision_id), listers.by(listers.people.zhao), reason="被处罚")
    entry.refresh_from_db()
    assert entry.ended_at == NOW


@pytest.mark.row("M5-06")
@pytest.mark.row("M9-06")
@pytest.mark.guard("G9")
def test_a_release_needs_two_persons_and_leaves_out_who_has_left(listers: Listers) -> None:
    first, people = listers.listed(), listers.people
    words = {"organisation": people.market, "policy": listers.policy, "now": NOW}
    made = compile_release(first.list_key, period="2026-11", actor=people.zhao, **words)  # type: ignore[arg-type]
    assert code_of(compile_release, first.list_key, period="2026-11", actor=people.zhao, **words) == "LR3"
    assert code_of(compile_release, first.list_key, period="十一月", actor=people.zhao, **words) == "LR2"
    for period in ("2026-12", "2027-Q1", "2027-H1"):
        assert code_of(compile_release, first.list_key, period=period, actor=people.zhao, **words) == "LR6"
    assert code_of(compile_release, "tax_serious", period="2026-11", actor=people.zhao, **words) == "LR7"
    assert code_of(release, made.public_id, actor=people.zhao, now=NOW) == "LR5"
    qian = make_user("qian", "钱决定", people.city, Role.DECIDER)
    made = release(made.public_id, actor=qian, now=NOW)
    assert code_of(release, made.public_id, actor=qian, now=NOW) == "LR4"
    assert [one.pk for one in shown(made)] == [first.pk]
    revoke(Case.objects.get(pk=first.decision_id), listers.by(people.zhao), reason="有误", document="撤1号")
    assert shown(made) == []


@pytest.mark.row("M5-06")
def test_a_release_that_nobody_stands_on_is_discarded_with_a_reason(listers: Listers) -> None:
    first, people = listers.listed(), listers.people
    words = {"organisation": people.market, "actor": people.wang, "policy": listers.policy, "now": NOW}
    made = compile_release(first.list_key, period="2026-11", **words)  # type: ignore[arg-type]
    assert code_of(discard, made.public_id, reason=" ", actor=people.zhao, now=NOW) == "LR9"
    discard(made.public_id, reason="没有在列主体", actor=people.zhao, now=NOW)
    assert code_of(discard, made.public_id, reason="再来", actor=people.zhao, now=NOW) == "LR8"
    assert code_of(release, made.public_id, actor=people.zhao, now=NOW) == "LR8"
    again = compile_release(first.list_key, period="2026-11", **words)  # type: ignore[arg-type]
    release(again.public_id, actor=people.zhao, now=NOW)
    assert code_of(discard, again.public_id, reason="有误", actor=people.zhao, now=NOW) == "LR4"


@pytest.mark.row("M9-05")
@pytest.mark.guard("G16")
def test_a_focus_entry_is_internal_and_never_released(people: People) -> None:
    listers = make_listers(people, load_policy(settings.POLICY_ROOT, city="nanyang"))
    record = listers.evidence(seriousness=Seriousness.GENERAL)
    case = listers.served(record, key="nanyang_focus")
    entry = enter(case, listers.by(people.wang), reason="两书已送达")
    assert (entry.record_key, entry.until_on) == (None, None)
    assert not Record.objects.filter(item=14).exists()
    words = {"organisation": people.city, "actor": people.wang, "policy": listers.policy, "now": NOW}
    assert code_of(compile_release, "nanyang_focus", period="2026-11", **words) == "LR1"


@pytest.mark.row("M9-03")
def test_the_watch_counts_entries_against_decisions(listers: Listers) -> None:
    listers.evidence(seriousness=Seriousness.GENERAL)
    entry = listers.listed()
    reached = frozenset({listers.people.market.pk, listers.people.city.pk})
    line = watch(reached, policy=listers.policy, today=TODAY)[0]
    assert (line.decisions, line.serious, line.listed, line.fell) == (2, 1, 1, 0)
    assert (line.per_thousand, line.beyond) == (500, False)
    case = Case.objects.get(pk=entry.decision_id)
    revoke(case, listers.by(listers.people.zhao), reason="有误", document="撤1号")
    assert watch(reached, policy=listers.policy, today=TODAY)[0].beyond
    assert watch(frozenset(), policy=listers.policy, today=TODAY) == []


RULE = Found(
    title="关于建立诚信红黑榜的通知", document_no="汴信办〔2019〕3号", issuer="某办", issued_on=None,
    rank=Rank.LOCAL_DOCUMENT, about=About.LIST, sets="不诚信商户榜",
)  # fmt: skip


@pytest.mark.row("M9-09")
def test_a_local_rule_is_entered_hinted_at_and_judged_by_another_person(listers: Listers) -> None:
    people = listers.people
    made = enter_rule(RULE, actor=people.wang, now=NOW)
    assert hints_of(made, listers.policy)
    assert code_of(enter_rule, RULE, actor=people.wang, now=NOW) == "RU2"
    words = {"finding": "没有上位法依据", "now": NOW}
    assert code_of(assess_rule, made.public_id, state=RuleState.EXCEEDS, actor=people.wang, **words) == "RU5"
    assert code_of(assess_rule, made.public_id, state=RuleState.OPEN, actor=listers.sun, **words) == "RU4"
    assess_rule(made.public_id, state=RuleState.EXCEEDS, actor=listers.sun, **words)  # type: ignore[arg-type]
    assert LocalRule.objects.get().state == RuleState.EXCEEDS
    assert code_of(listers.propose, key="不诚信商户榜") == "LIST-UNREGISTERED"
