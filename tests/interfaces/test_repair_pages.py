"""Repair on pages: the enterprise sees may I, what is missing, when; the window registers; officers decide."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.own_space import visitor_of
from tests.people import NOW, People, make_user
from tests.services.deliveries import code
from tests.services.repairers import CODE, Repairs, make_repairs, penalty

from xinheng.core.mandates import Matter
from xinheng.core.policy import Policy
from xinheng.core.repair import too_early
from xinheng.core.roles import Role
from xinheng.services.repair_reminders import write_reminders
from xinheng.store.models import (
    Case,
    IssuedLetter,
    LedgerEvent,
    RepairApplication,
    UpperResult,
    User,
)

SECRET = "蓝天白云 2026 信用"
pytestmark = pytest.mark.usefixtures("office_clock")


@pytest.fixture
def repairs(people: People, policy: Policy, home: object) -> Repairs:
    return make_repairs(people, policy)


@pytest.fixture
def clerk(people: People) -> User:
    return make_user("qianchuang", "钱窗口", people.city, Role.WINDOW_CLERK)


@pytest.mark.row("M12-01")
def test_the_enterprise_sees_may_i_what_is_missing_and_when(repairs: Repairs, clerk: User) -> None:
    penalty(repairs.rows, repairs.firm, decided_on=date(2026, 10, 20))
    page = text(
        visitor_of(repairs.firm, clerk).get(reverse("counter:own_repairs", args=[repairs.firm.public_id]))
    )
    assert "现在可以申请" in page
    assert "2027-01-20 起可以申请修复" in page
    assert "国家企业信用信息公示系统" in page
    assert "不收取任何费用" in page
    assert "培训" in page.split("自愿参加的")[1]


@pytest.mark.row("M12-01")
@pytest.mark.row("M13-04")
def test_the_own_file_and_the_page_of_repair_answer_alike(repairs: Repairs, clerk: User) -> None:
    firm = repairs.firm
    penalty(repairs.rows, firm, decided_on=date(2026, 10, 20))
    visitor = visitor_of(firm, clerk)
    file = reverse("counter:own_file", args=[firm.public_id])
    page = text(visitor.get(file))
    assert "现在可以申请" in page and "2027-01-20 起可以申请" in page
    assert "不需要申请" not in page
    prepared = reverse("counter:own_repair", args=[firm.public_id, repairs.record.record_key])
    visitor.post(prepared, {"duty_done": "缴款书1号", "commitment": "on"})
    assert f"正在办理 {Case.objects.get(kind='repair').number}" in text(visitor.get(file))


@pytest.mark.row("M12-01")
@pytest.mark.guard("G5")
def test_the_enterprise_prepares_follows_completes_and_withdraws(repairs: Repairs, clerk: User) -> None:
    visitor = visitor_of(repairs.firm, clerk)
    address = reverse("counter:own_repair", args=[repairs.firm.public_id, repairs.record.record_key])
    bare = text(visitor.post(address, {"duty_done": "缴款书1号"}))
    assert "没有承诺的，不能申请修复" in bare
    assert "缴款书1号" in bare
    page = text(visitor.post(address, {"duty_done": "缴款书1号", "commitment": "on"}, follow=True))
    case = Case.objects.get(kind="repair")
    assert "待提交" in page
    assert f"报编号 {case.number}" in page
    again = visitor.post(address, {"duty_done": "缴款书1号", "commitment": "on"})
    assert again.headers["Location"].endswith(f"/{case.number}/")
    own = reverse("counter:own_repair_case", args=[repairs.firm.public_id, case.number])
    seen = {"w-seen": case.version}
    assert "请写明撤回的理由" in text(visitor.post(own, seen | {"w-reason": ""}))
    assert visitor.post(own, {"seen": case.version, "duty_done": "缴款书2号"}).status_code == 302
    second = text(visitor.post(own, seen | {"w-reason": "以后再申请"}))
    assert "刚刚有了变化" in second and "以后再申请" in second
    case.refresh_from_db()
    assert (case.state, f'name="w-seen" value="{case.version}"' in second) == ("prepared", True)
    seen = {"w-seen": case.version}
    assert "已撤回申请" in text(visitor.post(own, seen | {"w-reason": "以后再申请"}, follow=True))


@pytest.mark.row("X-12")
@pytest.mark.guard("G5")
def test_the_application_is_printed_filled_in_and_asks_for_nothing_but_the_lawful_materials(
    repairs: Repairs, clerk: User, policy: Policy
) -> None:
    visitor, key = visitor_of(repairs.firm, clerk), repairs.record.record_key
    prepared = reverse("counter:own_repair", args=[repairs.firm.public_id, key])
    own = reverse("counter:own_repair_sheet", args=[repairs.firm.public_id, key])
    window = reverse("office:repair_sheet", args=[key])
    assert own in text(visitor.get(prepared))
    assert window in text(signed_in(clerk).get(reverse("office:new_repair", args=[key])))
    for page in (text(visitor.get(own)), text(signed_in(clerk).get(window))):
        wanted = (repairs.firm.name, repairs.firm.code or "", policy.repair.commitment.text, "盖章")
        assert [words for words in wanted if words not in page] == []
        assert page.count("□") == len(policy.repair.materials)
        assert not [one.title for one in policy.repair.offers.values() if f"□ {one.title}" in page]


@pytest.mark.row("X-12")
@pytest.mark.guard("G13")
def test_nobody_prints_the_application_of_another_or_before_the_day(repairs: Repairs, clerk: User) -> None:
    early = penalty(repairs.rows, repairs.firm, decided_on=date(2026, 10, 20))
    foreign = penalty(repairs.rows, repairs.rows.subject(name="别家"), decided_on=date(2025, 1, 20))
    visitor = visitor_of(repairs.firm, clerk)
    for record in (early, foreign):
        address = reverse("counter:own_repair_sheet", args=[repairs.firm.public_id, record.record_key])
        assert visitor.get(address).status_code == 404


@pytest.mark.row("M12-01")
def test_what_is_refused_says_where_it_stands(
    repairs: Repairs, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule may change between the page and the form: the no of the form cites it as the page would."""

    def no(*_: object, **__: object) -> Case:
        raise too_early(date(2027, 1, 20))

    monkeypatch.setattr("xinheng.interfaces.counter.repairs.prepare", no)
    address = reverse("counter:own_repair", args=[repairs.firm.public_id, repairs.record.record_key])
    page = text(visitor_of(repairs.firm, clerk).post(address, {"duty_done": "缴款书1号", "commitment": "on"}))
    assert "2027-01-20 起可以申请修复。依据：《信用修复管理办法》。请先改正" in page


@pytest.mark.guard("G13")
def test_another_enterprise_and_an_agent_without_the_matter_see_nothing(
    repairs: Repairs, clerk: User
) -> None:
    other = repairs.rows.subject(code=code(7), name="开封白云食品有限公司")
    record = penalty(repairs.rows, other)
    visitor = visitor_of(repairs.firm, clerk)
    mine = repairs.firm.public_id
    for address in (
        reverse("counter:own_repairs", args=[other.public_id]),
        reverse("counter:own_repair", args=[mine, record.record_key]),
        reverse("counter:own_repair_case", args=[mine, "XF-2026-000009"]),
    ):
        assert visitor.get(address).status_code == 404
    bound = visitor_of(repairs.firm, clerk, Matter.COMMITMENTS)
    assert bound.get(reverse("counter:own_repairs", args=[mine])).status_code == 403
    assert Client().get(reverse("counter:own_repairs", args=[mine])).status_code == 302


@pytest.mark.row("X-12")
@pytest.mark.row("M12-01")
def test_the_window_looks_up_and_registers_for_those_without_internet(repairs: Repairs, clerk: User) -> None:
    window = signed_in(clerk)
    desk = reverse("office:repair_desk")
    assert "没有这个统一社会信用代码" in text(window.get(desk, {"code": code(99)}))
    page = text(window.get(desk, {"code": CODE}))
    assert "登记申请" in page
    assert LedgerEvent.objects.filter(kind="subject.checked", reason="协助办理信用修复").exists()
    address = reverse("office:new_repair", args=[repairs.record.record_key])
    given = {
        "source": "publicity_system",
        "external": "",
        "lodged_on": "2026-11-19",
        "pushed_on": "2026-11-20",
        "duty_done": "缴款书1号",
        "pledged": "on",
    }
    assert "请填写网站上的申请编号" in text(post(window, address, given))
    answer = post(window, address, given | {"external": "XY1"})
    assert answer.status_code == 302
    case = Case.objects.get(kind="repair")
    assert (case.state, RepairApplication.objects.get().external) == ("received", "XY1")
    assert "待受理" in text(window.get(reverse("office:case", args=[case.number])))


@pytest.mark.row("M12-01")
def test_the_window_offers_only_what_can_be_repaired_and_says_why_not(repairs: Repairs, clerk: User) -> None:
    over = penalty(repairs.rows, repairs.firm, decided_on=date(2022, 5, 1), seriousness=3)
    unseen = penalty(repairs.rows, repairs.firm)
    window = signed_in(clerk)
    desk = text(window.get(reverse("office:repair_desk"), {"code": CODE}))
    assert reverse("office:new_repair", args=[repairs.record.record_key]) in desk
    for record, why in ((over, "公示已经结束"), (unseen, "没有对外公示")):
        address = reverse("office:new_repair", args=[record.record_key])
        assert address not in desk and why in desk
        page = text(window.get(address))
        assert why in page and "登记申请</button>" not in page
        sent = {
            "source": "publicity_system",
            "external": "XY9",
            "lodged_on": "2026-11-19",
            "pushed_on": "2026-11-20",
            "duty_done": "缴款书1号",
            "pledged": "on",
        }
        assert why in text(post(window, address, sent))
    assert not Case.objects.exists()


@pytest.mark.row("M12-03")
def test_officers_ask_accept_examine_and_decide_on_the_page(repairs: Repairs, people: People) -> None:
    from xinheng.services.repairs import Application

    case = repairs.lodged(Application(pledged=True))
    wang, zhao, sun = (signed_in(one) for one in (people.wang, people.zhao, repairs.sun))

    def take(who: Client, verb: str, **more: object) -> str:
        case.refresh_from_db()
        address = reverse("office:case_step", args=[case.number, verb])
        fields = {"seen": case.version, "reason": "核对无误"} | more
        answer = post(who, address, fields)
        return text(who.get(answer.headers["Location"]) if answer.status_code == 302 else answer)

    assert "还缺" in take(wang, "accept")
    asked = take(wang, "ask_completion", wanted=["duty_done"])
    assert "已办理：要求补正" in asked
    assert "文书已同时签发" in asked and "补正通知书" in asked and "待送达" in asked
    assert "已办理：补正材料" in take(wang, "complete", duty_done="缴款书1号")
    assert "已办理：受理" in take(wang, "accept")
    assert "已办理：提出审核意见" in take(sun, "examine")
    assert "已办理：准予修复" in take(zhao, "grant")
    case.refresh_from_db()
    assert (case.state, repairs.shown()) == ("granted", False)
    kinds = set(IssuedLetter.objects.values_list("kind", flat=True))
    assert kinds == {"completion_request", "acceptance", "repair_result"}


@pytest.mark.row("M12-03")
@pytest.mark.guard("G15")
def test_a_refusal_on_the_page_asks_for_facts_and_for_the_terms_to_be_compared(
    repairs: Repairs, people: People
) -> None:
    case, zhao = repairs.examined(), signed_in(people.zhao)
    step = reverse("office:case_step", args=[case.number, "refuse"])
    given: dict[str, object] = {"seen": case.version, "reason": "义务没有履行完毕"}
    page = text(post(zhao, step, given))
    assert "请写明认定的事实" in page and "请核对期限后勾选" in page and "义务没有履行完毕" in page
    assert not IssuedLetter.objects.exists()
    assert post(zhao, step, given | {"facts": "罚款没有缴清", "confirmed": "on"}).status_code == 302
    letter = IssuedLetter.objects.get()
    assert (letter.kind, letter.step, letter.confirmed_terms) == ("refusal", "refuse", True)
    assert "不予同意决定书" in text(zhao.get(reverse("office:case", args=[case.number])))


def test_who_may_not_handle_cases_registers_nothing(repairs: Repairs, people: People) -> None:
    collector = signed_in(people.li)
    assert collector.get(reverse("office:repair_desk")).status_code == 403
    address = reverse("office:new_repair", args=[repairs.record.record_key])
    assert collector.get(address).status_code == 403


@pytest.mark.row("M12-05")
@pytest.mark.guard("G5")
def test_a_result_on_paper_is_entered_and_one_that_fits_nothing_is_settled(
    repairs: Repairs, people: People
) -> None:
    wang, page = signed_in(people.wang), reverse("office:repair_results")
    told = {
        "source": "province",
        "external": "SX-1",
        "outcome": "repaired",
        "code": CODE,
        "document_no": "汴市监罚〔2019〕7号",
        "decided_on": "2026-11-19",
    }
    assert "请填写文号" in text(post(wang, page, told | {"document_no": ""}))
    assert post(wang, page, told).status_code == 302
    row = UpperResult.objects.get()
    waiting = text(wang.get(page))
    assert "汴市监罚〔2019〕7号" in waiting
    settle = reverse("office:settle_result", args=[row.public_id])
    assert "请写明理由" in text(post(wang, settle, {"record": "", "reason": ""}))
    answer = post(wang, settle, {"record": repairs.record.record_key, "reason": "文号误写"})
    assert (answer.status_code, repairs.shown()) == (302, False)
    assert "没有待核对的结果" in text(wang.get(page))
    assert signed_in(people.li).get(page).status_code == 403


@pytest.mark.row("M12-06")
@pytest.mark.row("M12-07")
def test_courses_and_agencies_are_kept_on_a_page(repairs: Repairs, people: People) -> None:
    wang, page = signed_in(people.wang), reverse("office:repair_services")
    paid = {"act": "course", "c-title": "课程", "c-summary": "学费 200 元", "c-where": "大厅"}
    assert "课程不能收费" in text(post(wang, page, paid))
    assert post(wang, page, paid | {"c-summary": "信用法规"}).status_code == 302
    sold = {
        "act": "agency",
        "a-name": "某公司",
        "a-code": code(3),
        "a-services": "有偿删除",
        "a-undertaken_on": "2026-11-01",
    }
    assert "不能有偿删除" in text(post(wang, page, sold))
    assert post(wang, page, sold | {"a-services": "咨询"}).status_code == 302
    shown = text(wang.get(page))
    assert "信用法规" in shown
    assert "移出名册" in shown


@pytest.mark.row("M12-08")
def test_a_ruling_is_registered_and_decided_on_pages(repairs: Repairs, people: People) -> None:
    wang, zhao = signed_in(people.wang), signed_in(people.zhao)
    page = reverse("office:new_relief", args=[repairs.firm.public_id])
    assert "现行失信信息 1 条" in text(wang.get(page))
    ruling = {"court": "开封市中级人民法院", "number": "（2026）豫02破1号", "ruled_on": "2026-11-18"}
    assert "请写明理由" in text(post(wang, page, ruling))
    assert post(wang, page, ruling | {"reason": "重整计划已批准"}).status_code == 302
    case = Case.objects.get(kind="relief")
    step = reverse("office:case_step", args=[case.number, "grant"])
    assert post(zhao, step, {"seen": case.version, "reason": "属实"}).status_code == 302
    assert not repairs.shown()
    assert "（2026）豫02破1号" in text(zhao.get(reverse("office:case", args=[case.number])))


@pytest.mark.row("M12-01")
@pytest.mark.row("X-12")
def test_who_may_soon_apply_reads_it_in_the_own_space_and_the_window_on_a_list(
    repairs: Repairs, clerk: User, people: People
) -> None:
    record = penalty(repairs.rows, repairs.firm)
    repairs.rows.publication(
        ground=record,
        decided_on=record.decided_on,
        earliest_repair_on=date(2026, 11, 27),
        published_at=NOW,
    )
    write_reminders(policy=repairs.policy, now=NOW)
    page, window = reverse("office:repair_soon"), signed_in(clerk)
    listed = text(window.get(page))
    assert repairs.firm.name in listed and "2026-11-27" in listed and "未核" in listed
    assert "快到修复日的企业" in text(window.get(reverse("office:repair_desk")))
    assert signed_in(people.li).get(page).status_code == 403
    assert window.get(page, {"after": "2026-11-27_x"}).status_code == 200
    visitor = visitor_of(repairs.firm, clerk)
    assert "没有快到修复日" in text(window.get(page))
    for name in ("own_repairs", "own_notices"):
        shown = text(visitor.get(reverse(f"counter:{name}", args=[repairs.firm.public_id])))
        assert "2026-11-27 起可以申请信用修复" in shown
    bound = visitor_of(repairs.firm, clerk, Matter.FILE)
    hidden = text(bound.get(reverse("counter:own_notices", args=[repairs.firm.public_id])))
    assert "起可以申请信用修复" not in hidden
