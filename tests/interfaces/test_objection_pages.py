"""Objections on pages: the enterprise objects and follows it, the window helps, officers answer; misuse from anybody."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.own_space import visitor_of
from tests.people import NOW, TODAY, People
from tests.services.deliveries import code
from tests.services.letter_cases import draft_of
from tests.services.objectors import Objectors, make_objectors, now_of

from xinheng.core.mandates import Matter
from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.roles import Role
from xinheng.core.service_proof import Try, Way
from xinheng.services.letters import issue_letter
from xinheng.services.letters_serving import serve
from xinheng.services.subjects import open_file
from xinheng.store.models import Case, LedgerEvent, Objection, Record, RoleGrant, User

SECRET = "蓝天白云 2026 信用"
pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M13-01")]


@pytest.fixture
def objectors(people: People, policy: Policy) -> Objectors:
    made = make_objectors(people, policy)
    made.firm.code = code(1)
    made.firm.save(update_fields=["code"])
    return made


@pytest.fixture
def record(objectors: Objectors) -> Record:
    return objectors.record(amount_fen=500_000)


def _about(objectors: Objectors, record: Record) -> str:
    here = reverse("counter:own_objection", args=[objectors.firm.public_id])
    return f"{here}?about=record:{record.record_key}"


def test_the_enterprise_objects_follows_and_takes_it_back(objectors: Objectors, record: Record) -> None:
    visitor = visitor_of(objectors.firm, objectors.sun)
    address = _about(objectors, record)
    own_file = reverse("counter:own_file", args=[objectors.firm.public_id])
    assert address.replace("&", "&amp;") in text(visitor.get(own_file))
    assert "请写明哪里有误" in text(visitor.post(address, {"wrong": ""}))
    receipt = visitor.post(address, {"wrong": "金额应为五百元", "wanted": "更正"})
    assert receipt.headers["Cache-Control"] == "no-store"
    case = Case.objects.get(kind="objection")
    assert case.number in text(receipt)
    again = visitor.get(address)
    assert again.headers["Location"] == reverse(
        "counter:own_case", args=[objectors.firm.public_id, case.number]
    )
    assert f"正在办理，编号 {case.number}" in text(visitor.post(address, {"wrong": "金额应为五百元"}))
    assert address not in text(visitor.get(own_file))
    assert "异议中" in text(visitor.get(own_file))
    listed = text(visitor.get(reverse("counter:own_cases", args=[objectors.firm.public_id])))
    assert "报送信息的单位正在核对" in listed
    page = reverse("counter:own_case", args=[objectors.firm.public_id, case.number])
    shown = text(visitor.get(page))
    assert "金额应为五百元" in shown
    assert "报送信息的单位核对并回复" in shown and "提供单位" not in shown.split("看不懂的词")[0]
    assert "现在可以交" in shown and "不需要您做什么" not in shown
    assert "页面不完整" in text(visitor.post(page, {"deed": "retract", "reason": ""}))
    seen = {"deed": "retract", "seen": case.version}
    assert visitor.post(page, seen | {"reason": ""}).status_code == 302
    assert RecordState(now_of(record).state) is RecordState.ACTIVE
    assert "异议已撤回" in text(visitor.get(page))


@pytest.mark.guard("G13")
def test_another_enterprise_sees_and_does_nothing(objectors: Objectors, record: Record) -> None:
    case = objectors.lodge(f"record:{record.record_key}").case
    other = objectors.rows.subject(code=code(7), name="开封白云食品有限公司")
    visitor = visitor_of(objectors.firm, objectors.sun)
    assert visitor.get(reverse("counter:own_case", args=[other.public_id, case.number])).status_code == 404
    assert Client().get(_about(objectors, record)).status_code == 302
    bound = visitor_of(objectors.firm, objectors.sun, Matter.COMMITMENTS)
    assert bound.get(_about(objectors, record)).status_code == 403
    wrong = visitor.post(
        reverse("counter:own_case", args=[objectors.firm.public_id, case.number]),
        {"deed": "correct", "seen": case.version},
    )
    assert "没有这一步" in text(wrong)


@pytest.mark.row("X-12")
def test_whoever_comes_second_to_an_objection_reads_what_is_new_first(
    objectors: Objectors, record: Record
) -> None:
    case = objectors.lodge(f"record:{record.record_key}").case
    visitor, wang = visitor_of(objectors.firm, objectors.sun), signed_in(objectors.people.wang)
    page = reverse("counter:own_case", args=[objectors.firm.public_id, case.number])
    stale = {"seen": case.version, "reason": "弄错了"}
    step = lambda verb: reverse("office:case_step", args=[case.number, verb])  # noqa: E731
    post(wang, step("reply"), stale | {"reason": "原件如此", "proposal": "upheld"})
    second = text(visitor.post(page, stale | {"deed": "retract"}))
    assert "刚刚有了变化" in second and "弄错了" in second
    assert objectors.people.wang.display_name not in second
    assert "刚刚被别人办理过" in text(post(signed_in(objectors.sun), step("retract"), stale))
    case.refresh_from_db()
    assert case.state == "answered"
    assert f'value="{case.version}"' in second
    visitor.post(page, stale | {"deed": "retract", "seen": case.version})
    case.refresh_from_db()
    assert case.state == "retracted"


@pytest.mark.row("X-12")
def test_the_window_objects_for_those_without_internet(objectors: Objectors, record: Record) -> None:
    window = signed_in(objectors.sun)
    desk = reverse("office:objection_desk")
    assert "没有这个统一社会信用代码" in text(window.get(desk, {"code": code(99)}))
    assert "汴市监罚" in text(window.get(desk, {"code": code(1)}))
    address = (
        f"{reverse('office:new_objection', args=[objectors.firm.public_id])}?about=record:{record.record_key}"
    )
    receipt = post(window, address, {"wrong": "金额应为五百元", "platform": "信用中国", "number": "X-9"})
    assert "查询码" in text(receipt)
    assert Objection.objects.get().channel == "pushed"
    assert "正在办理" in text(post(window, address, {"wrong": "金额应为五百元"}))
    listed = text(window.get(desk, {"code": code(1)}))
    assert "异议中" in listed
    assert f'href="{address}"' not in listed


@pytest.mark.guard("G17")
@pytest.mark.usefixtures("home")
def test_officers_look_answer_and_tell_on_the_page(objectors: Objectors, record: Record) -> None:
    case = objectors.lodge(f"record:{record.record_key}").case
    wang, zhao = signed_in(objectors.people.wang), signed_in(objectors.people.zhao)
    page = reverse("office:case", args=[case.number])
    assert "金额写错，应为五百元" in text(wang.get(page))
    fields: dict[str, object] = {
        "seen": 2,
        "reason": "原件为五百元",
        "proposal": "corrected",
        "amount": "500",
    }
    case.refresh_from_db()
    step = lambda verb: reverse("office:case_step", args=[case.number, verb])  # noqa: E731
    unsaid = {name: words for name, words in fields.items() if name != "proposal"} | {"seen": case.version}
    assert "请选择处理意见。" in text(post(wang, step("reply"), unsaid))
    assert post(wang, step("reply"), fields | {"seen": case.version}).status_code == 302
    case.refresh_from_db()
    assert "500" in text(zhao.get(page))
    post(zhao, step("correct"), {"seen": case.version, "reason": "属实"})
    assert (now_of(record).amount_fen, now_of(record).state) == (50_000, RecordState.ACTIVE)
    case.refresh_from_db()
    page = text(wang.get(page))
    assert "还没有签发《异议处理结果告知书》" in page
    assert step("serve") not in page
    refused = text(post(wang, step("serve"), {"seen": case.version, "reason": "送达回证1号"}))
    assert "送达须在文书上登记" in refused
    case.refresh_from_db()
    assert (case.state, case.closed_at) == ("decided", None)
    given = {"actor": objectors.people.wang, "policy": objectors.policy, "now": NOW}
    letter = issue_letter(case.public_id, draft_of("objection_answer"), **given)  # type: ignore[arg-type]
    serve(letter.public_id, Try(way=Way.DIRECT, on=TODAY, proof="送达回证1号"), **given)  # type: ignore[arg-type]
    case.refresh_from_db()
    assert case.state == "done"


@pytest.mark.row("M13-02")
def test_an_error_is_proposed_from_the_record_and_lifted_on_its_page(
    objectors: Objectors, record: Record
) -> None:
    wang, zhao = signed_in(objectors.people.wang), signed_in(objectors.people.zhao)
    shown = text(wang.get(reverse("office:record", args=[objectors.firm.public_id, record.record_key])))
    assert "提出纠错" in shown
    address = (
        f"{reverse('office:new_remedy')}?subject={objectors.firm.public_id}&about=record:{record.record_key}"
    )
    assert "请写明错在哪里" in text(post(wang, address, {"reason": ""}))
    assert post(wang, address, {"reason": "认定对象错误"}).status_code == 302
    case = Case.objects.get(kind="remedy")
    lift = reverse("office:case_step", args=[case.number, "lift"])
    given: dict[str, object] = {"reason": "属实", "text": "有误，现已撤销", "publish": "on"}
    assert post(zhao, lift, given | {"seen": case.version}).status_code == 302
    page = text(zhao.get(reverse("office:case", args=[case.number])))
    assert "更正声明公示到" in page
    assert "没有影响过评价" in page


@pytest.mark.row("M13-04")
def test_the_enterprise_sees_readers_and_their_reasons_and_where_to_complain(objectors: Objectors) -> None:
    open_file(objectors.firm.public_id, actor=objectors.people.wang, reason="核对年报", now=NOW)
    page = text(
        visitor_of(objectors.firm, objectors.sun).get(
            reverse("counter:own_readings", args=[objectors.firm.public_id])
        )
    )
    assert "核对年报" in page
    assert reverse("counter:misuse") in page


@pytest.mark.row("M13-03")
@pytest.mark.guard("G13")
def test_anybody_complains_and_only_who_handles_it_reads_it(objectors: Objectors) -> None:
    people, stranger = objectors.people, Client()
    given = {
        "fault": "leak",
        "what": "有人把我公司档案告诉了竞争对手",
        "unit": "市市场监管局",
        "code": code(1),
    }
    assert "请写明发生了什么" in text(stranger.post("/misuse", {"fault": "leak"}))
    receipt = stranger.post("/misuse", given)
    case = Case.objects.get(kind="misuse")
    assert case.number in text(receipt)
    page = reverse("office:case", args=[case.number])
    assert "竞争对手" in text(signed_in(people.wang).get(page))
    assert LedgerEvent.objects.filter(kind="misuse.opened").exists()
    inside = User.objects.create_user("mao", "x" * 20, display_name="毛某", organisation=people.market)
    RoleGrant.objects.create(
        user=inside, role=Role.REVIEWER, organisation=people.city, from_on=date(2026, 1, 1)
    )
    refused = signed_in(inside).get(page)
    assert (refused.status_code, "竞争对手" in text(refused)) == (403, False)
    auditor = signed_in(people.chen)
    extract = reverse("office:misuse_extract", args=[case.number])
    drawn = post(auditor, extract, {"code": code(1), "from_on": "2026-11-01", "to_on": "2026-11-20"})
    assert drawn.status_code == 302
    assert "与账本现在的内容一致" in text(auditor.get(page))
    neighbours = [Client(REMOTE_ADDR=f"2001:db8:1:2::{number}") for number in range(1, 8)]
    untaken = neighbours[0].post("/misuse", given | {"code": "91410200MA00000019"})
    assert "没有这个统一社会信用代码" in text(untaken), "is not counted"
    assert [one.post("/misuse", given).status_code for one in neighbours] == [200] * 5 + [429] * 2
    assert Case.objects.filter(kind="misuse").count() == 6
