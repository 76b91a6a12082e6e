"""Every decision that burdens is written with the repair guide and served with it: read from the papers themselves."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.letter_cases import draft_of
from tests.services.listing_cases import Listers, make_listers
from tests.services.measure_cases import make_measures
from tests.services.orders import make_orders

from xinheng.core.policy import Policy
from xinheng.core.service_proof import Try, Way
from xinheng.services.letters import issue_letter, paper_of, replaced_by
from xinheng.services.letters_serving import serve
from xinheng.store.models import Case, IssuedLetter, ServiceTry

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("X-02")]
EARLY = NOW - timedelta(days=1)


def _paper(letter: IssuedLetter) -> str:
    pages = PdfReader(BytesIO(paper_of(letter))).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def _issued(case: Case, kind: str, people: People, policy: Policy) -> tuple[IssuedLetter, IssuedLetter]:
    """The decision and the guide that came with it; nothing else was written."""
    before = set(IssuedLetter.objects.values_list("pk", flat=True))
    issue_letter(case.public_id, draft_of(kind), actor=people.wang, policy=policy, now=EARLY)
    decision, guide = IssuedLetter.objects.exclude(pk__in=before).order_by("pk")
    assert (decision.kind, guide.kind, guide.case_id) == (kind, "repair_guide", case.pk)
    return decision, guide


def _served_once(decision: IssuedLetter, guide: IssuedLetter, people: People, policy: Policy) -> None:
    by_hand = Try(way=Way.DIRECT, on=TODAY, proof="送达回证1号")
    call = {"actor": people.wang, "policy": policy, "now": NOW}
    assert code_of(serve, guide.public_id, by_hand, **call) == "LS4"
    serve(decision.public_id, by_hand, **call)  # type: ignore[arg-type]
    tries = ServiceTry.objects.filter(letter__in=[decision, guide])
    assert sorted((one.letter_id, one.served_on) for one in tries) == [
        (decision.pk, TODAY),
        (guide.pk, TODAY),
    ]


def _lawful(words: str) -> None:
    assert "信用修复承诺书" in words and "已改正、已履行义务的证明" in words
    assert "不收取任何费用" in words and "均属自愿" in words


@pytest.fixture
def listers(people: People, policy: Policy) -> Listers:
    return make_listers(people, policy)


@pytest.mark.guard("G17")
def test_a_listing_tells_when_its_ground_and_the_entry_may_be_repaired(
    listers: Listers, people: People, policy: Policy
) -> None:
    record = listers.evidence()
    decision, guide = _issued(listers.decided(record), "decision", people, policy)
    assert "《信用修复告知书》" in _paper(decision) and "（印章）" in _paper(decision)
    words = _paper(guide)
    assert guide.number in words and "（印章）" in words
    assert record.detail.document_no.replace(" ", "") in words
    assert "2027年3月2日起可以申请" in words
    assert "列入市场监督管理严重违法失信名单的决定" in words and "移出规定" in words
    assert "送达晚于本告知书日期的，上述日期相应顺延" in words
    _lawful(words)
    later = IssuedLetter(pk=guide.pk + 1, kind=guide.kind, addressee=guide.addressee, number="后一份")
    assert replaced_by([decision, later, guide]) == {guide.pk: "后一份"}, (
        "of the guides of a case the latest holds"
    )
    _served_once(decision, guide, people, policy)


def test_a_measure_tells_when_the_record_beneath_it_may_be_repaired(people: People, policy: Policy) -> None:
    measures = make_measures(people, policy)
    decision, guide = _issued(measures.decided(), "decision", people, policy)
    words = _paper(guide)
    assert "汴市监罚〔2026〕7号" in words and "2026年9月1日起可以申请" in words
    _lawful(words)
    _served_once(decision, guide, people, policy)


def test_an_order_to_rectify_tells_when_the_record_may_be_repaired(people: People, policy: Policy) -> None:
    orders = make_orders(people, policy)
    case = orders.draft()
    orders.confirm(case)
    decision, guide = _issued(case, "rectification_order", people, policy)
    assert "《信用修复告知书》" in _paper(decision)
    _lawful(_paper(guide))
    _served_once(decision, guide, people, policy)
    case.refresh_from_db()
    assert (case.state, date.fromisoformat(str(orders.deadline(case).started_on))) == ("correcting", TODAY)


def test_what_an_officer_adds_goes_along_too(listers: Listers, people: People, policy: Policy) -> None:
    decision, guide = _issued(listers.decided(), "decision", people, policy)
    more = issue_letter(
        decision.case.public_id, draft_of("repair_guide"), actor=people.wang, policy=policy, now=EARLY
    )
    _served_once(decision, guide, people, policy)
    assert more.tries.get().outcome == "served"


def test_a_guide_that_could_not_be_written_keeps_the_decision_in(
    listers: Listers, people: People, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = listers.decided()
    monkeypatch.setattr("xinheng.services.repair_guides.words_of", lambda *_, **__: "𠀀罚〔2026〕1号")
    assert (
        code_of(
            issue_letter, case.public_id, draft_of("decision"), actor=people.wang, policy=policy, now=EARLY
        )
        == "FN3"
    )
    assert not IssuedLetter.objects.filter(case=case, kind__in=["decision", "repair_guide"]).exists()
