"""The form of a letter begins with what its case says, and with nothing that nobody said."""

from datetime import date

import pytest
from django.db import transaction
from tests.people import NOW, TODAY, People
from tests.services.listing_cases import make_listers
from tests.services.measure_cases import BAN, make_measures
from tests.services.orders import make_orders
from tests.services.promises import make_desk

from xinheng.core.commitment_register import Outcome
from xinheng.core.interviews import Manner
from xinheng.core.policy import Policy
from xinheng.services.commitments_checks import Finding, propose_breach
from xinheng.services.interviews import Call, draft_interview
from xinheng.services.letters_begun import begun
from xinheng.services.listings import answer_statement, hear_statement, notify
from xinheng.store.models import Case

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.guard("G17")]


@pytest.mark.row("M11-01")
def test_an_order_says_what_was_ordered_and_the_term(people: People, policy: Policy) -> None:
    orders = make_orders(people, policy)
    case = orders.confirm(orders.draft())
    said = begun(case, "rectification_order", policy=policy, on=TODAY)
    assert said["demands"] == "改正标签"
    assert said["term"] == "自送达之日起20个工作日"
    assert said["reconsideration_body"] == policy.city.government
    assert "court" not in said


@pytest.mark.row("M11-03")
def test_an_invitation_says_when_and_where(people: People, policy: Policy) -> None:
    record = make_orders(people, policy).rows.record()
    call = Call(
        subject=record.subject, record=record.record_key, manner=Manner.WARNING, cause="两次抽检不合格",
        meeting_on=date(2026, 11, 25), place="二楼", reason="属实",
    )  # fmt: skip
    case = draft_interview(call, actor=people.wang, policy=policy, now=NOW)
    said = begun(case, "interview_invitation", policy=policy, on=TODAY)
    assert (said["manner"], said["meeting_on"], said["place"]) == ("警示约谈", date(2026, 11, 25), "二楼")


@pytest.mark.row("M9-03")
def test_a_decision_repeats_what_was_said_answered_and_decided(people: People, policy: Policy) -> None:
    listers = make_listers(people, policy)
    by = listers.by(people.wang)
    case = notify(listers.propose(), by, reason="拟列入")
    listers.letter(case, "prior_notice", on=NOW)
    assert "statement" not in begun(case, "decision", policy=policy, on=TODAY)
    hear_statement(case, by, said="已经整改", how="书面")
    answer_statement(case, by, adopted=False, answer="整改不影响认定")
    case = Case.objects.get(pk=case.pk)
    said = begun(case, "decision", policy=policy, on=TODAY)
    assert said["statement"] == "已经整改\n本机关不采纳：整改不影响认定"
    assert "decision" not in said


@pytest.mark.row("M9-03")
def test_the_term_in_the_letter_is_that_of_the_decision(people: People, policy: Policy) -> None:
    said = begun(make_listers(people, policy).decided(), "decision", policy=policy, on=TODAY)
    assert said["decision"] == "列入市场监督管理严重违法失信名单，期限36个月，自送达之日起算。"
    assert said["statement"] == "在规定的期限内没有提出陈述、申辩。"
    assert str(said["facts"]).startswith("所依据的信息：") and str(said["facts"]).endswith("\n情节严重")
    assert said["basis"] == policy.sources["samr-order-44"].cite("")


@pytest.mark.row("M10-03")
def test_a_letter_on_a_measure_begins_with_its_ground_its_clause_and_what_was_heard(
    people: People, policy: Policy
) -> None:
    measures = make_measures(people, policy)
    case = measures.step(measures.proposed(measures.listed(), BAN), "notify", people.wang)
    said = begun(case, "prior_notice", policy=policy, on=TODAY)
    assert str(said["facts"]).startswith("所依据的信息：") and "汴市监罚〔2026〕7号" in str(said["facts"])
    assert said["basis"] == "《中华人民共和国政府采购法》", "nobody compared the clause"
    assert "期限24个月，自送达之日起算" in str(said["measure"])
    heard = measures.step(measures.served(case, "prior_notice"), "hear", people.wang)
    assert begun(heard, "decision", policy=policy, on=TODAY)["statement"] == "理由"


@pytest.mark.row("M4-09")
def test_the_notice_of_a_breach_is_begun_by_a_page_that_only_reads(
    committed_people: People, policy: Policy
) -> None:
    """A page that is shown holds no transaction: what begins its form takes no lock."""
    with transaction.atomic():
        desk = make_desk(committed_people, policy)
    desk.publish()
    case = desk.case(desk.take())
    found = Finding(outcome=Outcome.FALSE, unperformed="场所不存在", evidence="笔录 1 号")
    propose_breach(case, found, actor=desk.people.wang, policy=policy, now=NOW, reason="不符")
    said = begun(case, "breach_notice", policy=policy, on=TODAY)
    assert said["facts"] == "场所不存在\n证据：笔录 1 号"
    assert "虚假承诺" in str(said["measure"])
