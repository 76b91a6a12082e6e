"""Commitments in the office: lists published by two persons, taken at the window, checked, exported; nobody else's right."""

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.own_space import visitor_of
from tests.people import NOW, TODAY, People
from tests.services.promises import FORM, PLAN, PROMISED, Desk, a_firm, make_desk

from xinheng.core.mandates import Matter
from xinheng.core.policy import Policy
from xinheng.interfaces.cli.demo_commitments import publish_and_take
from xinheng.services.case_deadlines import run_out
from xinheng.services.cases import take_step
from xinheng.services.commitments_lists import lists_in_force
from xinheng.services.members import Entry, enter_member
from xinheng.store.models import (
    Case,
    Commitment,
    Organisation,
    OrganisationKind,
    OrganisationName,
    PolicyVersion,
)

pytestmark = pytest.mark.usefixtures("office_clock")
ITEM = {
    "key": "food-shop",
    "title": "食品经营许可新办",
    "nature": "licence",
    "kind": "substitution",
    "variant": "plain",
    "letter": "approval-standard",
    "basis": "示例文件（待核）",
    "conditions": "有场所\n有设备",
    "materials": "申请表\n平面图 | 可后补\n场所证明 | 承诺代替",
    "check_workdays": "20",
}


@pytest.fixture
def desk(people: People, policy: Policy, home: object) -> Desk:
    return make_desk(people, policy)


@pytest.mark.row("M4-01")
def test_a_list_is_drafted_by_one_and_published_by_another(desk: Desk) -> None:
    wang, zhao = signed_in(desk.people.wang), signed_in(desk.people.zhao)
    head = {"key": "food", "title": "食品领域", "sector": "food", "unit": desk.people.city.public_id}
    made = post(wang, reverse("office:new_promise_list"), head)
    case = Case.objects.get(kind="promise_list")
    page = text(wang.get(made.headers["Location"]))
    assert "还没有事项" in page
    wrong = post(
        wang, reverse("office:promise_item", args=[case.public_id, "new"]), {**ITEM, "conditions": ""}
    )
    assert "请填写办理条件" in text(wrong)
    added = post(wang, reverse("office:promise_item", args=[case.public_id, "new"]), ITEM)
    assert added.status_code == 302
    post(wang, reverse("office:submit_promise", args=[case.public_id]))
    case.refresh_from_db()
    word = {"seen": case.version, "from_on": TODAY.isoformat()}
    own = post(wang, reverse("office:approve_promise", args=[case.public_id]), word)
    assert own.status_code == 403
    assert not PolicyVersion.objects.exists()
    post(zhao, reverse("office:approve_promise", args=[case.public_id]), word)
    item = lists_in_force(on=TODAY)["food"].list.items[0]
    assert (item.may_wait, item.wanted, item.check_workdays) == ((PLAN,), (FORM, PLAN), 20)
    assert "第 1 版" in text(wang.get(reverse("office:promise_lists")))


@pytest.mark.row("M4-02")
def test_a_letter_has_versions_that_say_what_changed(desk: Desk) -> None:
    wang, zhao = signed_in(desk.people.wang), signed_in(desk.people.zhao)
    fields = {
        "key": "voluntary-standard",
        "title": "诚信经营承诺书",
        "kind": "voluntary",
        "content": "{subject}（{code}）承诺依法经营，另外承诺：{more}，联系人{who}。",
        "liability": "没有履行的，情况记入信用记录并接受监督。",
        "sign": "盖章",
        "lines": "more | 另外承诺 | 文字 | 选填 | 公开 | 100\nwho | 联系人 | 文字 | 必填 | 不公开 | 20",
    }
    broken = post(wang, reverse("office:new_promise_letter"), {**fields, "lines": "more"})
    assert "至少写编号、名称和类型" in text(broken)
    post(wang, reverse("office:new_promise_letter"), fields)
    case = Case.objects.get(kind="promise_letter")
    assert "增加字段“联系人”" in text(wang.get(reverse("office:promise_draft", args=[case.public_id])))
    post(wang, reverse("office:submit_promise", args=[case.public_id]))
    case.refresh_from_db()
    post(zhao, reverse("office:approve_promise", args=[case.public_id]), {"seen": case.version})
    assert PolicyVersion.objects.get(kind="promise_letter").body["fields"][1]["public"] is False


@pytest.mark.row("M4-04")
@pytest.mark.row("M4-05")
def test_the_window_takes_a_commitment_at_once_or_with_material_to_come(desk: Desk) -> None:
    desk.publish()
    sun = signed_in(desk.sun)
    missing = sun.get(
        reverse("office:take_commitment"), {"code": "91410200MA0000000X", "matter": "food/food-shop"}
    )
    assert "没有这个统一社会信用代码" in text(missing)
    led = sun.get(reverse("office:take_commitment"), {"code": desk.firm.code, "matter": "food/food-shop"})
    url = led.headers["Location"]
    assert "信用状况提示" in text(sun.get(url))
    given = {"answer_matter": "食品经营许可", "answer_place": "鼓楼区某路", "signed": "on"}
    unsigned = post(sun, url, {**given, "signed": "", "handed_in": [FORM, PLAN]})
    assert "没有签署的，不能受理" in text(unsigned)
    bare = post(sun, url, {**given, "handed_in": [FORM], "promised_on": PROMISED.isoformat()})
    assert "请写明理由" in text(bare)
    assert "最迟 2026-12-18（信衡建议值" in text(bare)
    far = post(sun, url, {**given, "handed_in": [FORM], "promised_on": "2029-01-05", "reason": "信用良好"})
    assert 'id="id_promised_on_error"' in text(far) and "最迟 2026-12-18" in text(far)
    late = post(
        sun, url, {**given, "handed_in": [FORM], "promised_on": PROMISED.isoformat(), "reason": "信用良好"}
    )
    page = text(sun.get(late.headers["Location"]))
    assert "容缺受理，待补材料" in page
    assert "平面图" in page
    case = Case.objects.get(kind="commitment")
    step = reverse("office:case_step", kwargs={"number": case.number, "verb": "supplement"})
    post(sun, step, {"seen": case.version, "reason": "平面图已收"})
    done = Commitment.objects.get()
    assert done.code == "41020020261120000001"
    assert done.code in text(sun.get(reverse("office:commitments")))


@pytest.mark.row("M4-05")
def test_a_promised_day_that_passed_is_told_on_the_desk_in_the_register_and_to_the_enterprise(
    desk: Desk,
) -> None:
    desk.publish()
    one = desk.take(handed_in=frozenset({FORM}), promised_on=PROMISED)
    sun, month = signed_in(desk.sun), f"{reverse('office:commitments')}?month=2026-11"
    assert "容缺受理，待补材料" in text(sun.get(month)) and f"承诺 {PROMISED} 补齐" in text(sun.get(month))
    run_out(policy=desk.policy, now=NOW + timedelta(days=8))
    case = desk.case(one)
    assert case.title in text(sun.get(reverse("office:desk")))
    assert "逾期未补" in text(signed_in(desk.people.zhao).get(reverse("office:desk")))
    assert "逾期未补" in text(sun.get(month)) and f"承诺 {PROMISED} 补齐" in text(sun.get(month))
    page = text(sun.get(reverse("office:case", kwargs={"number": case.number})))
    assert "已过期未补" in page and "clock-running" in page and "已完成" not in page
    visitor = visitor_of(desk.firm, desk.sun, *Matter)
    own = reverse("counter:own_commitment", args=[desk.firm.public_id, one.public_id])
    assert "已经过了。现在补交仍然办理" in text(visitor.get(own))
    take_step(case.public_id, "drop", actor=desk.people.zhao, policy=desk.policy, now=NOW, reason="未补")
    assert "撤销容缺受理" in text(sun.get(month))
    assert "还要交的材料" not in text(visitor.get(own))


@pytest.mark.row("M4-08")
def test_a_department_checks_and_finds_it_kept(desk: Desk) -> None:
    desk.publish()
    case = desk.case(desk.take())
    wang = signed_in(desk.people.wang)
    step = reverse("office:case_step", kwargs={"number": case.number, "verb": "keep"})
    post(wang, step, {"seen": case.version, "reason": "现场核查，条件具备"})
    assert Commitment.objects.get().outcome == "full"
    assert "全部履行" in text(wang.get(reverse("office:case", args=[case.number])))


@pytest.mark.row("M4-10")
@pytest.mark.row("M4-13")
def test_the_month_is_taken_out_and_counted(desk: Desk) -> None:
    desk.publish()
    desk.take()
    wang = signed_in(desk.people.wang)
    page = text(wang.get(reverse("office:commitments")))
    assert "缺承诺受理单位代码" in page
    sheet = post(wang, reverse("office:commitment_register"), {"month": "2026-11"})
    assert sheet.headers["Content-Type"].endswith("sheet")
    assert sheet.content.startswith(b"PK")
    assert post(wang, reverse("office:commitment_register"), {"month": "x"}).status_code != 200
    assert "100.0%" in text(wang.get(reverse("office:commitment_figures")))
    for year in ("20261", "2026年", "1026", "٢"):
        assert wang.get(reverse("office:commitment_figures"), {"year": year}).status_code == 200


@pytest.mark.row("M4-11")
def test_an_association_enters_what_its_members_signed(desk: Desk) -> None:
    union = Organisation.objects.create(
        key="kaifeng.union",
        kind=OrganisationKind.ASSOCIATION,
        parent=desk.people.city,
        division_code="410200",
    )
    OrganisationName.objects.create(organisation=union, name="开封食品协会")
    other = a_firm(desk.people, 2, "开封白云食品有限公司")
    for firm in (desk.firm, other):
        entry = Entry(code=firm.code or "", from_on=TODAY, source="会员名册")
        enter_member(union, entry, actor=desk.people.wang, now=NOW)
    wang = signed_in(desk.people.wang)
    url = reverse("office:member_commitments", args=[union.public_id])
    given = {"letter": "discipline-standard", "answer_association": "开封食品协会"}
    assert "请勾选" in text(post(wang, url, given))
    post(wang, url, {**given, "members": [desk.firm.public_id, other.public_id]})
    assert Commitment.objects.filter(source="association", registered_at__isnull=False).count() == 2
    again = post(wang, url, {**given, "members": [other.public_id]})
    assert "已经作出过同一份承诺" in text(again)


@pytest.mark.row("M4-14")
def test_the_demonstration_has_a_list_and_a_commitment_that_waits(desk: Desk) -> None:
    people = {"zhangmin": desk.people.wang, "liqiang": desk.people.zhao, "sunli": desk.sun}
    for _ in range(2):
        publish_and_take(desk.firm, organisation=desk.people.city, people=people, policy=desk.policy, now=NOW)
    assert desk.case(Commitment.objects.get()).state == "tolerated"


@pytest.mark.row("M4-08")
def test_what_is_to_be_checked_stands_beside_the_plans_and_leads_to_its_case(desk: Desk) -> None:
    desk.publish()
    taken = desk.take()
    wang = signed_in(desk.people.wang)
    tasks = reverse("office:commitment_tasks")
    plans = text(wang.get(reverse("office:plans")))
    assert "承诺核查任务 1 件" in plans and tasks in plans and "超过期限" not in plans
    page = text(wang.get(tasks))
    case = desk.case(taken)
    assert reverse("office:case", kwargs={"number": case.number}) in page
    assert "还有 20 个工作日" in page
    assert "没有待核查的承诺" in text(wang.get(f"{tasks}?kind=late"))
    assert desk.firm.name in text(wang.get(f"{tasks}?export=csv"))
    assert desk.firm.name not in text(signed_in(desk.people.li).get(tasks))
