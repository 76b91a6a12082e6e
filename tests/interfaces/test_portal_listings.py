"""Publicity, lists and releases on the portal: who is shown, until when, with which mark, and who is not."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import text
from tests.interfaces.portal_city import FOOD, a_run, a_score
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, TODAY, People, make_user
from tests.services.listing_cases import LIST, Listers, make_listers
from tests.store import listing_rows

from xinheng.core.objections import Claim
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, Seriousness
from xinheng.core.roles import Role
from xinheng.services.case_deadlines import run_out
from xinheng.services.listings import step
from xinheng.services.listings_entries import enter_good, lift, publicise, revoke
from xinheng.services.listings_releases import compile_release, release
from xinheng.services.objections import lodge, retract
from xinheng.services.publication import publish_batch
from xinheng.services.records import Change, change_state
from xinheng.store.models import Case, EvaluationRun, ListEntry, PublicListing, PublicNotice, Record, Subject

pytestmark = [pytest.mark.row("M9-06"), pytest.mark.usefixtures("home")]
GOOD = "good_faith"


@dataclass
class Shown:
    """What the portal says of lists, and how things come there."""

    listers: Listers
    people: People
    policy: Policy

    def honour(self) -> Record:
        return self.listers.evidence(item=19, seriousness=Seriousness.NONE, finality=Finality.UNKNOWN)

    def publicised(self, *, since: timedelta = timedelta(days=3)) -> Case:
        begun = NOW - since
        case = self.listers.propose(self.honour(), key=GOOD, on=begun)
        return publicise(
            case, self.listers.by(self.people.wang, on=begun), review="审查表〔2026〕3号",
            reviewed_on=date(2026, 10, 1), finding="不含排除、限制竞争的内容", reason="公示",
        )  # fmt: skip

    def good(self) -> ListEntry:
        case = self.publicised(since=timedelta(days=20))
        run_out(policy=self.policy, now=NOW - timedelta(days=1))
        case.refresh_from_db()
        return enter_good(case, self.listers.by(self.people.zhao), reason="公示无异议")

    def serious(self, *, published: bool = True) -> ListEntry:
        entry = self.listers.listed()
        if published:
            batch = Record.objects.get(record_key=entry.record_key).batch
            assert batch is not None
            publish_batch(batch.public_id, reviewer=self.people.zhou, policy=self.policy, now=NOW)
        return entry

    def objected(self, subject: Subject, reference: str) -> Case:
        clerk = make_user("qian", "钱窗口", self.people.city, Role.WINDOW_CLERK)
        claim = Claim(wrong="认定的不是本企业")
        given = {"subject": subject, "reference": reference, "policy": self.policy, "now": NOW}
        return lodge(claim, actor=clerk, **given).case  # type: ignore[arg-type]


@pytest.fixture
def shown(people: People, policy: Policy) -> Shown:
    return Shown(make_listers(people, policy), people, policy)


def _page(name: str = "lists", *args: str, **query: str) -> str:
    answer = Client().get(reverse(f"portal:{name}", args=args), query)
    assert answer.status_code == 200
    return text(answer)


def test_a_proposal_is_publicised_with_its_term_and_its_source(shown: Shown) -> None:
    case = shown.publicised()
    assert case.subject is not None
    page = _page()
    due = shown.policy.calendar.add_workdays((NOW - timedelta(days=3)).date(), 5).on
    assert all(word in page for word in (case.subject.name, "守信激励对象", due.isoformat(), "依据待核"))
    assert case.number not in page


def test_the_publicity_ends_with_its_last_day_and_with_its_decision(shown: Shown) -> None:
    over = shown.publicised(since=timedelta(days=20))
    assert over.subject is not None
    assert PublicNotice.objects.count() == 1
    assert over.subject.name not in _page()
    assert run_out(policy=shown.policy, now=NOW) == 1
    assert not PublicNotice.objects.exists()
    over.refresh_from_db()
    enter_good(over, shown.listers.by(shown.people.zhao), reason="公示无异议")
    assert over.subject.name in _page("list", GOOD)


def test_the_publicity_of_an_honour_that_was_withdrawn_is_gone_at_once(shown: Shown) -> None:
    case = shown.publicised()
    assert case.subject is not None
    key = int(case.ground.partition(":")[2])
    change = Change(deed="withdraw", reason="误报", ground="更正函1号")
    change_state(record_key=key, change=change, actor=shown.people.zhao, policy=shown.policy, now=NOW)
    assert case.subject.name not in _page()


def test_what_is_objected_to_says_so_and_stays_until_it_is_looked_into(shown: Shown) -> None:
    case = step(shown.publicised(), "object", shown.listers.by(shown.people.wang), reason="有人反映")
    assert case.subject is not None
    page = _page()
    assert case.subject.name in page
    assert "有异议，核实中" in page


def test_nobody_is_publicised_before_the_publicity_begins(shown: Shown) -> None:
    case = shown.listers.propose(shown.honour(), key=GOOD)
    assert case.subject is not None
    assert case.subject.name not in _page()


@pytest.mark.guard("G9")
def test_a_good_entry_is_on_list_and_subject_page_until_it_ends(shown: Shown) -> None:
    entry = shown.good()
    pages = (("list", GOOD), ("subject", entry.subject.public_id))
    assert all("守信激励对象" in _page(*page) for page in pages)
    assert entry.subject.name in _page("list", GOOD, q=entry.subject.code or "")
    assert entry.subject.name not in _page("list", GOOD, q="没有这个企业")
    lift(entry.decision, shown.listers.by(shown.people.zhao), reason="不再符合")
    assert entry.subject.name not in _page("list", GOOD)
    assert "守信激励" not in _page("subject", entry.subject.public_id)


@pytest.mark.row("M5-06")
@pytest.mark.guard("G9")
def test_an_old_release_shows_nobody_who_has_left(shown: Shown) -> None:
    stays, leaves = shown.good(), shown.serious()
    made = []
    for entry, by in ((stays, shown.people.wang), (leaves, shown.people.wang)):
        one = compile_release(
            entry.list_key, period="2026-11", organisation=entry.organisation, actor=by, policy=shown.policy, now=NOW
        )  # fmt: skip
        assert Client().get(reverse("portal:list_release", args=[one.public_id])).status_code == 404
        made.append(release(one.public_id, actor=shown.people.zhao, now=NOW))
    assert "2026-11" in _page()
    assert stays.subject.name in _page("list_release", made[0].public_id)
    assert leaves.subject.name in _page("list_release", made[1].public_id)
    revoke(leaves.decision, shown.listers.by(shown.people.zhao), reason="认定有误", document="撤决1号")
    assert leaves.subject.name not in _page("list_release", made[1].public_id)
    assert leaves.subject.name not in _page("list", LIST)


@pytest.mark.guard("G8")
def test_a_listing_is_shown_only_while_its_record_is_published(shown: Shown) -> None:
    entry = shown.serious(published=False)
    assert entry.subject.name not in _page("list", LIST)
    assert not PublicListing.objects.exists()


@pytest.mark.guard("G16")
def test_a_focus_list_is_on_no_page(shown: Shown) -> None:
    entry = listing_rows.entry(shown.listers.rows, kind="focus", record_key=None, list_key=GOOD)
    assert not PublicListing.objects.filter(pk=entry.pk).exists()
    assert Client().get(reverse("portal:list", args=["focus"])).status_code == 404
    assert Client().get(reverse("portal:list", args=["blacklist"])).status_code == 404


@pytest.mark.row("M13-01")
def test_an_entry_that_is_objected_to_is_marked_wherever_it_is_shown(shown: Shown) -> None:
    entry = shown.serious()
    act = PublicListing.objects.get().act
    pages = (("list", LIST), ("subject", entry.subject.public_id), ("act", str(act)))
    assert not any("异议中" in _page(*page) for page in pages)
    case = shown.objected(entry.subject, f"list_entry:{entry.pk}")
    assert all("异议中" in _page(*page) for page in pages)
    retract(case, reason="撤回", actor=case.opened_by, policy=shown.policy, now=NOW)  # type: ignore[arg-type]
    assert not any("异议中" in _page(*page) for page in pages)


@pytest.mark.row("M13-01")
def test_a_record_that_is_objected_to_is_marked_in_lists_and_tables(shown: Shown) -> None:
    entry = shown.serious()
    shown.objected(entry.subject, f"record:{entry.record_key}")
    assert "异议中" in _page("list", LIST)
    assert "异议中" in _page("subject", entry.subject.public_id)


@pytest.mark.row("M13-01")
def test_a_grade_that_is_objected_to_is_marked_under_whatever_number_of_a_run(shown: Shown) -> None:
    model = shown.policy.models[FOOD]
    subject = shown.listers.subject(77)
    run = a_run(model)
    a_score(run, subject, model, points={})
    grade = ("grade", subject.public_id, run.public_id)
    assert "异议中" not in _page(*grade)
    shown.objected(subject, f"grade:{run.public_id}")
    subject.refresh_from_db()
    again = a_score_again(shown, run.public_id, subject)
    assert "异议中" in _page("grade", subject.public_id, again)
    assert "异议中" in _page("subject", subject.public_id)


def a_score_again(shown: Shown, before: str, subject: Subject) -> str:
    """The objection raised the version; a night grades the subject anew."""
    EvaluationRun.objects.filter(public_id=before).update(current=False)
    model = shown.policy.models[FOOD]
    run = a_run(model)
    a_score(run, subject, model, points={}, told=False)
    return run.public_id


def test_pages_of_lists_are_kept_short_and_out_of_search_engines(shown: Shown) -> None:
    shown.good()
    answer = Client().get(reverse("portal:list", args=[GOOD]))
    assert answer.headers["Cache-Control"] == "max-age=30"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["ETag"]
    assert TODAY.isoformat() in text(answer)
