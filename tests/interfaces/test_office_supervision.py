"""A grade is explained to record and clause; a plan is approved by another, announced, drawn and proved."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import enrol, post, signed_in, text
from tests.people import NOW, TODAY, People, make_inspectors, make_organisation, make_user
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.draw_verify import verify
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.services.cases import take_step
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import run_model
from xinheng.services.inspection_plans import approve_plan, return_plan
from xinheng.services.inspections import commit_to
from xinheng.services.policies import policy_in_force
from xinheng.services.records import Change, change_state
from xinheng.store.models import (
    Draw,
    EvaluationRun,
    Inspector,
    LedgerEvent,
    OrganisationKind,
    Plan,
    Record,
    RoleGrant,
    Subject,
)

pytestmark = pytest.mark.usefixtures("office_clock")
MODEL = "food/food-operators"
REVEALS = {"开封市人民政府": "words of the city government", "市场监管部门": "words of the regulator"}


def beginning(people: People, policy: Policy, folder: Path) -> None:
    delivery = Delivery(
        policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=2)
    )
    rows = [registration(number) for number in range(1, 61)]
    import_file(write(folder, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    fines = [penalty(1, fine="60", decided="2025-12-20"), penalty(2)]
    import_file(write(folder, *fines), delivery)
    model_officer = RoleGrant.objects.create(
        user=people.li, role=Role.MODEL_OFFICER, organisation=people.market, from_on=TODAY
    )
    run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=NOW - timedelta(days=1), publish=True)
    model_officer.delete()
    make_inspectors(people.market, 4)


@pytest.fixture
def city(committed_people: People, home: Path) -> People:
    return committed_people


def _grade(number: int) -> str:
    subject = Subject.objects.get(code=code(number))
    return reverse("office:grade", kwargs={"subject": subject.public_id, "model": MODEL})


@pytest.mark.row("M7-11")
def test_a_grade_is_explained_down_to_record_and_clause(city: People) -> None:
    officer = signed_in(city.wang)
    page = text(officer.get(_grade(1)))
    record = Record.objects.get(subject__code=code(1), item=4)
    assert f"/records/{record.record_key}/" in page
    assert "<svg" in page
    assert "以表格查看" in page
    assert "移出评价窗口" in page
    assert "按同一数据和模型重新计算，结果一致" in page
    assert EvaluationRun.objects.get().result_digest in page
    assert LedgerEvent.objects.filter(kind="grade.read", actor=city.wang).count() == 1
    assert "谁看过这份评价" in text(officer.get(_grade(1)))


def test_a_file_shows_its_grade_with_the_waterfall(city: People) -> None:
    subject = Subject.objects.get(code=code(2))
    page = text(signed_in(city.wang).get(reverse("office:subject", kwargs={"subject": subject.public_id})))
    assert _grade(2) in page
    assert "起点" in page


def test_a_changed_file_makes_its_grade_say_so(city: People, policy: Policy) -> None:
    record = Record.objects.get(subject__code=code(1), item=4)
    change = Change(deed="withdraw", reason="处罚决定被撤销", ground="汴政复决〔2026〕3号")
    change_state(record_key=record.record_key, change=change, actor=city.wang, policy=policy, now=NOW)
    assert "档案已有变化" in text(signed_in(city.wang).get(_grade(1)))


def test_the_dashboard_leads_from_figures_to_rows(city: People) -> None:
    page = text(signed_in(city.wang).get("/office/dashboard/"))
    assert "归集覆盖率" in page
    assert "逾期未公示" in page
    assert f"?organisation={city.market.public_id}" in page
    assert "等级分布" in page
    table = signed_in(city.wang).get("/office/dashboard/?period=all&format=csv").content.decode()
    assert "市市场监管局" in table


def test_who_may_not_open_a_batch_is_not_led_to_one(city: People) -> None:
    RoleGrant.objects.filter(user=city.wang).update(to_on=TODAY - timedelta(days=1))
    RoleGrant.objects.create(user=city.wang, role=Role.LEADER, organisation=city.city, from_on=TODAY)
    page = text(signed_in(city.wang).get("/office/dashboard/"))
    assert "市市场监管局" in page
    assert "/office/batches/" not in page


def _new_plan(client: Client, city: People) -> Plan:
    fields = {
        "organisation": city.market.public_id,
        "title": "2026年第四批食品抽查",
        "year": 2026,
        "kind": "daily",
        "matter": "food_operation",
        "batches": "全市食品经营者，20，2026-10-01，2026-12-31",
        "basis": "年度计划第十二项",
    }
    response = post(client, "/office/plans/new/", dict(fields))
    assert response.status_code == 302, text(response)
    return Plan.objects.get()


def _plan(name: str, plan: Plan) -> str:
    return reverse(f"office:{name}", kwargs={"plan": plan.public_id})


def _reveal(plan: Plan, speakers: dict[str, Client], *, more: str = "") -> None:
    for party, speaker in speakers.items():
        said = {"party": party, "reveal": REVEALS[party] + more}
        assert post(speaker, _plan("reveal", plan), said).status_code == 302


@pytest.mark.row("M8-03")
def test_a_person_of_another_organ_hands_in_its_words_and_sees_no_plan_of_others(city: People) -> None:
    plan = _new_plan(signed_in(city.wang), city)
    finance = make_organisation("kaifeng.finance", OrganisationKind.DEPARTMENT, "市财政局", city.city)
    other = signed_in(make_user("cai", "蔡财政", finance, Role.REVIEWER))
    assert other.get(_plan("draw_secret", plan)).status_code == 404
    approve_plan(plan.public_id, actor=city.zhao, policy=policy_in_force(on=TODAY), now=NOW)
    page = text(other.get(_plan("draw_secret", plan)))
    assert (
        "您在市财政局" in page
        and "计算本单位的承诺值" in page
        and f'href="{_plan("plan", plan)}"' not in page
    )
    own = {"party": "市市场监管局", "reveal": "words of the regulator"}
    assert "须由该单位的人提交，您在市财政局" in text(post(other, _plan("commit", plan), own))
    assert signed_in(city.chen).get(_plan("draw_secret", plan)).status_code == 403


@pytest.mark.row("M8-03")
def test_a_plan_is_approved_announced_drawn_and_proved(city: People) -> None:
    officer, decider = signed_in(city.wang), signed_in(city.zhao)
    plan = _new_plan(officer, city)
    early = post(officer, _plan("announce_draw", plan), {"model": MODEL, "parties": "甲 sha256:" + "0" * 64})
    assert "已批准的抽查计划" in text(early)
    assert _plan("plan", plan) in text(decider.get("/office/desk/"))
    post(decider, _plan("approve_plan", plan))
    values, speakers = {}, dict(zip(REVEALS, (decider, officer), strict=True))
    for party, reveal in REVEALS.items():
        shown = text(post(speakers[party], _plan("commit", plan), {"party": party, "reveal": reveal}))
        values[party] = shown.split(f"{party} sha256:")[1][:64]
        assert reveal not in shown
    both = text(post(officer, _plan("commit", plan), {"party": "财政部门", "reveal": "words of a third one"}))
    assert "一个人只代表一个单位" in both
    parties = "\n".join(f"{party} sha256:{value}" for party, value in values.items())
    post(officer, _plan("announce_draw", plan), {"model": MODEL, "parties": parties})
    wrong = {"party": "市场监管部门", "reveal": "something else entirely"}
    assert "与其承诺不符" in text(post(officer, _plan("reveal", plan), wrong))
    assert "“开封市人民政府”、“市场监管部门”还没有提交秘密文字" in text(
        post(officer, _plan("draw_plan", plan))
    )
    _reveal(plan, speakers)
    assert not Draw.objects.exists()
    drawn = post(officer, _plan("draw_plan", plan))
    page = text(officer.get(drawn.headers["Location"]))
    assert "重新计算一致" in page
    draw = Draw.objects.get()
    record = officer.get(reverse("office:draw_file", kwargs={"draw": draw.public_id}))
    assert verify(json.loads(record.getvalue()), announced=draw.announcement.digest) == ()
    again = post(officer, _plan("draw_plan", plan))
    assert again.status_code == 409
    assert Draw.objects.count() == 1


@pytest.mark.row("M8-03")
def test_a_draw_that_failed_is_given_up_by_two_and_announced_again(city: People) -> None:
    officer, decider = signed_in(city.wang), signed_in(city.zhao)
    plan = _new_plan(officer, city)
    early = {"cause": "no_reveal", "party": "", "reason": "还没有公告"}
    assert post(officer, _plan("report_failure", plan), dict(early)).status_code == 409
    post(decider, _plan("approve_plan", plan))
    first = {name: commit_to(plan, party=name, reveal=reveal) for name, reveal in REVEALS.items()}
    lines = "\n".join(f"{party} {value}" for party, value in first.items())
    post(officer, _plan("announce_draw", plan), {"model": MODEL, "parties": lines})
    assert "抽取不能完成" in text(officer.get(_plan("plan", plan)))
    silent = {"cause": "no_reveal", "party": "", "reason": "该单位原值遗失，不能公开"}
    assert "哪一个单位" in text(post(officer, _plan("report_failure", plan), dict(silent)))
    post(officer, _plan("report_failure", plan), {**silent, "party": "市场监管部门"})
    page = text(officer.get(_plan("plan", plan)))
    assert "待另一人同意" in page and "同意作未完成处理" not in page
    assert post(officer, _plan("agree_failure", plan)).status_code == 403
    assert "同意作未完成处理" in text(decider.get(_plan("plan", plan)))
    post(decider, _plan("agree_failure", plan))
    page = text(officer.get(_plan("plan", plan)))
    assert "第 1 次公告：承诺方没有公开原值（市场监管部门）" in page and "各档预计" in page
    assert 'stage-label">公告</span><span class="stage-on">正在办理' in page
    assert "用过" in text(post(officer, _plan("announce_draw", plan), {"model": MODEL, "parties": lines}))
    other = "\n".join(
        f"{name} {commit_to(plan, party=name, reveal=reveal + '!')}" for name, reveal in REVEALS.items()
    )
    post(officer, _plan("announce_draw", plan), {"model": MODEL, "parties": other})
    _reveal(plan, dict(zip(REVEALS, (decider, officer), strict=True)), more="!")
    assert post(officer, _plan("draw_plan", plan)).status_code == 302
    draw = Draw.objects.get()
    assert draw.announcement.attempt == 2
    assert post(officer, _plan("report_failure", plan), dict(silent)).status_code == 409


def test_the_forecast_says_what_each_band_would_give(city: People) -> None:
    plan = _new_plan(signed_in(city.wang), city)
    page = text(signed_in(city.wang).get(_plan("plan", plan)))
    assert "各档预计" in page
    assert "依据待核" in page


def test_a_plan_comes_back_with_a_reason_and_goes_again(city: People) -> None:
    officer, decider = signed_in(city.wang), signed_in(city.zhao)
    plan = _new_plan(officer, city)
    assert "必须写明理由" in text(post(decider, _plan("return_plan", plan), {"reason": ""}))
    post(decider, _plan("return_plan", plan), {"reason": "依据写到条"})
    page = text(officer.get(_plan("plan", plan)))
    assert "修改后再送" in page and "依据写到条" in page and city.zhao.display_name in page
    form = text(officer.get(_plan("edit_plan", plan)))
    assert "年度计划第十二项" in form and "年度计划第十二项；" not in form
    fields = {
        "organisation": city.market.public_id,
        "title": plan.title,
        "year": 2026,
        "kind": "daily",
        "matter": plan.matter_key,
        "batches": "全市食品经营者，20，2026-10-01，2026-12-31",
        "basis": "《食品安全法》第一百零九条",
    }
    post(officer, _plan("edit_plan", plan), dict(fields))
    plan.refresh_from_db()
    assert plan.basis.endswith("《食品安全法》第一百零九条")
    assert plan.case.state == "submitted"
    assert "依据写到条" not in text(officer.get(_plan("plan", plan)))
    post(decider, _plan("approve_plan", plan), {"reason": "同意，节前查完"})
    assert "同意，节前查完" in text(officer.get(_plan("plan", plan)))


def test_a_plan_is_withdrawn_with_a_reason_and_asks_for_nothing_more(city: People) -> None:
    officer, decider = signed_in(city.wang), signed_in(city.zhao)
    plan = _new_plan(officer, city)
    seen = {"seen": plan.case.version}
    assert "请写明撤回的理由" in text(post(officer, _plan("withdraw_plan", plan), seen))
    assert "撤回，不再提出" not in text(decider.get(_plan("plan", plan)))
    post(officer, _plan("withdraw_plan", plan), seen | {"reason": "与上级计划重复"})
    page = text(officer.get(_plan("plan", plan)))
    assert "已撤销" in page and "修改后再送" not in page and "撤回，不再提出" not in page
    assert "批准计划" not in text(decider.get(_plan("plan", plan)))


@pytest.mark.row("M8-01")
def test_nobody_approves_a_plan_that_changed_since_it_was_on_the_page(city: People) -> None:
    plan, decider = _new_plan(signed_in(city.wang), city), signed_in(city.zhao)
    old = plan.case.version
    assert f'name="seen" value="{old}"' in text(decider.get(_plan("plan", plan)))
    given = {"actor": city.zhao, "policy": policy_in_force(on=TODAY), "now": NOW}
    return_plan(plan.public_id, reason="批次时间不对", **given)
    take_step(plan.case.public_id, "submit", actor=city.wang, policy=given["policy"], now=NOW)
    refused = text(post(decider, _plan("approve_plan", plan), {"seen": old, "reason": "同意"}))
    assert "刚刚被别人办理过" in refused and "同意" in refused
    assert "刚刚被别人办理过" in text(
        post(decider, _plan("return_plan", plan), {"seen": old, "reason": "退"})
    )
    plan.refresh_from_db()
    assert plan.approved_at is None
    plan.case.refresh_from_db()
    assert f'name="seen" value="{plan.case.version}"' in refused
    post(decider, _plan("approve_plan", plan), {"seen": plan.case.version})
    plan.refresh_from_db()
    assert plan.approved_at is not None


def test_nobody_approves_the_own_plan(city: People) -> None:
    RoleGrant.objects.create(user=city.wang, role=Role.DECIDER, organisation=city.city, from_on=TODAY)
    enrol(city.wang)
    officer = signed_in(city.wang)
    plan = _new_plan(officer, city)
    assert "您办理过本事项的前序环节" in text(post(officer, _plan("approve_plan", plan)))
    plan.refresh_from_db()
    assert plan.approved_at is None


def test_an_inspector_opens_the_files_of_the_enterprises_drawn_for_him(city: People) -> None:
    from xinheng.store.models import DrawnObject

    officer, decider = signed_in(city.wang), signed_in(city.zhao)
    plan = _new_plan(officer, city)
    post(decider, _plan("approve_plan", plan))
    reveal = "words of the city government"
    shown = text(post(officer, _plan("commit", plan), {"party": "甲", "reveal": reveal}))
    value = shown.split("甲 sha256:")[1][:64]
    post(officer, _plan("announce_draw", plan), {"model": MODEL, "parties": f"甲 sha256:{value}"})
    post(officer, _plan("reveal", plan), {"party": "甲", "reveal": reveal})
    post(officer, _plan("draw_plan", plan))
    sun = make_user("sun", "孙检查", city.market, Role.INSPECTOR)
    drawn = DrawnObject.objects.order_by("position")[0]
    Inspector.objects.filter(certificate_no=drawn.inspectors[0]).update(user=sun)
    inspector = signed_in(sun)
    url = reverse("office:subject", kwargs={"subject": drawn.subject.public_id})
    assert inspector.get(url).status_code == 200
    mine = DrawnObject.objects.filter(inspectors__contains=[drawn.inspectors[0]]).values_list("subject")
    other = Subject.objects.exclude(pk__in=mine)[0]
    assert inspector.get(reverse("office:subject", kwargs={"subject": other.public_id})).status_code == 403
