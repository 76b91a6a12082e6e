"""Measures in the office: the list, proposing, deciding, responding, checking at a desk; and the list on the portal."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People, make_user
from tests.services.measure_cases import SUPERVISION, Measures, make_measures

from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.services.measures_ending import end_measures
from xinheng.services.measures_sent import send_list
from xinheng.store.models import (
    Case,
    CheckMade,
    FairReview,
    IncentiveReview,
    LedgerEvent,
    MeasureApplied,
    MeasureListSent,
    MeasureTask,
    MeasureUse,
    RoleGrant,
    Subject,
)

pytestmark = pytest.mark.usefixtures("office_clock")
CODE = "91410200MA00000011"
OTHER_CODE = "91410200MA00000038"


@pytest.fixture
def measures(people: People, policy: Policy, home: object) -> Measures:
    return make_measures(people, policy)


def _step(case: Case, verb: str) -> str:
    return reverse("office:case_step", kwargs={"number": case.number, "verb": verb})


@pytest.mark.row("M10-01")
def test_the_list_names_what_is_not_executed_here(people: People) -> None:
    page = text(signed_in(people.wang).get(reverse("office:measures")))
    assert "限制消费" in page
    assert "不在本系统执行" in page
    assert "三年内不得再次申请该行政许可" in page
    assert "依据待核" in page


@pytest.mark.row("M10-01")
@pytest.mark.row("M5-04")
def test_the_public_reads_the_list_with_its_versions() -> None:
    page = text(Client().get(reverse("portal:measures")))
    assert "清单之外的措施不得采取" in page
    assert "全国失信惩戒措施基础清单（2021年版）" in page
    found = Client().get(reverse("portal:measures_json")).json()
    assert found["digest"] in page
    assert found["measures"]["limit_exit"]["executed_here"] is False


@pytest.mark.row("M10-01")
def test_a_measure_is_proposed_on_a_record_and_decided_by_another(measures: Measures, people: People) -> None:
    record = measures.record()
    wang, zhao = signed_in(people.wang), signed_in(people.zhao)
    begin = f"{reverse('office:new_measure')}?record={record.record_key}"
    page = text(wang.get(begin))
    assert "对 甲公司 提出措施" in page
    assert 'value="limit_honours"' in page
    assert 'value="limit_public_funds"' not in page
    assert 'value="limit_consumption"' not in page
    wrong = {"measures": ["limit_public_funds"], "body": people.market.public_id, "reason": "x"}
    assert post(wang, begin, wrong).status_code == 200
    given = {"measures": ["limit_honours"], "body": people.market.public_id, "reason": "相当"}
    assert "每次适用都须写明" in text(post(wang, begin, given))
    given |= {"source": "henan-credit-regulation", "clause": "第三十二条"}
    made = post(wang, begin, given)
    case = Case.objects.get()
    assert made.headers["Location"] == reverse("office:case", kwargs={"number": case.number})
    url = made.headers["Location"]
    assert f'action="{_step(case, "decide")}"' not in text(wang.get(url))
    assert "限制参加评先评优" in text(zhao.get(url))
    post(zhao, _step(case, "decide"), {"seen": case.version, "reason": "属实"})
    case.refresh_from_db()
    assert case.state == "decided"


@pytest.mark.row("M10-01")
def test_what_does_not_stand_is_refused_before_a_form_is_shown(measures: Measures, people: People) -> None:
    record = measures.record(finality=1)
    page = signed_in(people.wang).get(f"{reverse('office:new_measure')}?record={record.record_key}")
    assert "尚未终局" in text(page)
    assert signed_in(people.wang).get(f"{reverse('office:new_measure')}?record=9").status_code == 404


@pytest.mark.row("M10-01")
@pytest.mark.guard("G15")
def test_only_what_is_law_here_can_be_chosen_as_the_basis(measures: Measures, people: People) -> None:
    page = signed_in(people.wang).get(
        f"{reverse('office:new_measure')}?record={measures.record().record_key}"
    )
    shown = text(page)
    assert "河南省社会信用条例" in shown
    assert "上海市社会信用条例" not in shown


@pytest.mark.row("M10-03")
def test_a_served_measure_starts_with_responders_who_answer(measures: Measures, people: People) -> None:
    case = measures.served(measures.decided(None, SUPERVISION))
    wang = signed_in(people.wang)
    given = {"seen": case.version, "reason": "已送达", "responders": [measures.housing.public_id]}
    post(wang, _step(case, "start"), given)
    measure = MeasureApplied.objects.get()
    task = MeasureTask.objects.get()
    sun = signed_in(measures.sun)
    assert "纳入重点监管范围" in text(sun.get(reverse("office:measure_tasks")))
    url = reverse("office:measure_task", kwargs={"task": task.public_id})
    assert "不办理的须写明理由" in text(post(sun, url, {"answer": "wrong", "said": ""}))
    post(sun, url, {"answer": "done", "said": "已列入"})
    page = text(wang.get(reverse("office:measure", kwargs={"measure": measure.public_id})))
    assert "已办理" in page
    assert "汴市监罚〔2026〕7号" in page


@pytest.mark.row("M10-10")
def test_a_wrong_measure_is_annulled_on_the_page_of_its_case(measures: Measures, people: People) -> None:
    measure = measures.in_force()
    case = Case.objects.get()
    post(signed_in(people.zhao), _step(case, "annul"), {"seen": case.version, "reason": "认定有误"})
    measure.refresh_from_db()
    assert measure.end_cause == "revoked"
    page = text(signed_in(people.wang).get(reverse("office:measure", kwargs={"measure": measure.public_id})))
    assert "停止执行的通知和回执" in page
    assert "市住房城乡建设局" in page


@pytest.mark.row("M10-04")
def test_a_use_is_reported_and_its_typical_case_reviewed(measures: Measures, people: People) -> None:
    measure = measures.in_force()
    url = reverse("office:report_use", kwargs={"measure": measure.public_id})
    given = {
        "organisation": measures.housing.public_id,
        "occasion": "honours",
        "acted_on": "2026-11-20",
        "outcome": "performed",
        "what": "企业已改正",
        "text": "某公司改正后恢复参评",
    }
    post(signed_in(measures.sun), url, given)
    use = MeasureUse.objects.get()
    zhao = signed_in(people.zhao)
    assert "某公司改正后恢复参评" in text(zhao.get(reverse("office:measure_uses")))
    post(
        zhao,
        reverse("office:review_use", kwargs={"use": use.public_id}),
        {"accepted": "yes", "review": "有代表性"},
    )
    use.refresh_from_db()
    assert use.accepted


@pytest.mark.row("M10-05")
def test_the_figures_of_effect_are_a_table(measures: Measures, people: People) -> None:
    measures.in_force()
    page = text(signed_in(people.wang).get(reverse("office:measure_figures")))
    assert "限制参加评先评优" in page
    assert "0/1" in page


@pytest.mark.row("M10-06")
@pytest.mark.guard("G12")
def test_a_review_is_entered_and_confirmed_by_another(people: People) -> None:
    given = {
        "organisation": people.market.public_id,
        "measure": "green_channel",
        "document_no": "汴公竞审〔2026〕1号",
        "reviewed_on": "2026-11-20",
        "result": "clean",
        "opinion": "不排除竞争",
    }
    wang = signed_in(people.wang)
    post(wang, reverse("office:new_fair_review"), given)
    review = FairReview.objects.get()
    url = reverse("office:confirm_fair_review", kwargs={"review": review.public_id})
    assert post(wang, url).status_code == 403
    post(signed_in(people.zhao), url)
    review.refresh_from_db()
    assert review.confirmed_by == people.zhao
    assert "已确认" in text(wang.get(reverse("office:measure_reviews")))


@pytest.mark.row("M10-06")
def test_a_year_old_incentive_is_on_the_desk_reviewed_by_one_and_ended_by_another(
    measures: Measures, people: People
) -> None:
    measures.reviewed()
    incentive = measures.granted()
    MeasureApplied.objects.update(from_on=date(2025, 11, 1))
    wang, zhao, desk = signed_in(people.wang), signed_in(people.zhao), reverse("office:desk")
    assert "1 项激励须年度复核，其中 1 项逾期" in text(wang.get(desk))
    way = reverse("office:review_incentive", kwargs={"measure": incentive.public_id})
    here = reverse("office:incentive_reviews")
    assert way in text(wang.get(here))
    assert "请写明核对的内容" in text(post(wang, way, {"keep": "no", "finding": ""}))
    post(wang, way, {"keep": "no", "finding": "荣誉称号已撤销"})
    review = IncentiveReview.objects.get()
    confirm = reverse("office:confirm_incentive_review", kwargs={"review": review.public_id})
    assert confirm not in text(wang.get(here)) and confirm in text(zhao.get(here))
    assert "1 份激励复核待另一人确认" in text(zhao.get(desk))
    assert "荣誉称号已撤销" in text(zhao.get(confirm))
    post(zhao, confirm, {"agree": "yes", "why": ""})
    incentive.refresh_from_db()
    assert incentive.end_cause == "withdrawn"
    page = text(wang.get(reverse("office:measure", kwargs={"measure": incentive.public_id})))
    assert "年度复核" in page and "终止（已确认）" in page


@pytest.mark.row("M10-08")
def test_a_ban_is_proposed_with_its_fault_and_found_by_whoever_decides(
    measures: Measures, people: People
) -> None:
    wang, zhao = signed_in(people.wang), signed_in(people.zhao)
    food = measures.record(seriousness=3, fields={"违法行为类型": "销售超过保质期的食品"})
    page = text(wang.get(f"{reverse('office:new_measure')}?record={food.record_key}"))
    assert "procurement|" not in page
    assert "没有关联、不能选用的市场禁入" in page and "第七十七条" in page
    record = measures.record(seriousness=3, fields={"违法行为类型": "骗取药品经营许可"})
    begin = f"{reverse('office:new_measure')}?record={record.record_key}"
    given = {
        "measures": ["bar_entry"],
        "body": people.market.public_id,
        "reason": "相当",
        "months": "120",
        "ban": "",
        "ban_clause": "第一百二十三条",
    }
    assert "没有选择是哪一种市场禁入" in text(post(wang, begin, given))
    given["ban"] = "drug_application|deceit"
    given |= {"months": "", "ban_clause": ""}
    page = text(post(wang, begin, given))
    assert all(one in page for one in ("没有填写期限", "没有写明事实为什么属于", "所适用的条款")), (
        "all at once"
    )
    given |= {"months": "120", "ban_clause": "第一百二十三条"}
    post(wang, begin, {**given, "fits": "仓储证明是假的"})
    case = Case.objects.get()
    url = reverse("office:case", kwargs={"number": case.number})
    assert "仓储证明是假的" in text(wang.get(url))
    heard = measures.step(
        measures.served(measures.step(case, "notify", people.wang), "prior_notice"), "hear", people.wang
    )
    page = text(zhao.get(url))
    assert "提出时写的是" in page and 'value="deceit" selected' not in page
    decided = {
        "seen": heard.version,
        "reason": "属实",
        "fault": "deceit",
        "clause": "第一百二十三条",
    }
    assert "没有写明事实为什么属于" in text(post(zhao, _step(case, "decide"), decided))
    post(zhao, _step(case, "decide"), {**decided, "fits": "核查证明没有这处仓库"})
    late = text(post(zhao, _step(case, "decide"), {**decided, "fits": "再送一次"}))
    assert "刚刚被别人办理过" in late and "再送一次" in late
    case.refresh_from_db()
    assert case.state == "decided"
    assert "决定人的认定" in text(wang.get(url)) and "核查证明没有这处仓库" in text(wang.get(url))


@pytest.mark.row("M10-08")
@pytest.mark.guard("G14")
@pytest.mark.guard("G16")
def test_a_desk_sees_what_applies_and_no_verdict(measures: Measures, people: People) -> None:
    RoleGrant.objects.create(
        user=people.li, role=Role.REGISTRAR_DESK, organisation=people.market, from_on=date(2026, 1, 1)
    )
    measure = measures.in_force()
    Subject.objects.filter(pk=measure.subject_id).update(code=CODE)
    li, url = signed_in(people.li), reverse("office:measure_check")
    assert "请写明事由" in text(li.post(url, {"code": CODE, "occasion": "honours", "reason": ""}))
    assert "没有这个代码的主体" in text(li.post(url, {"code": "x", "occasion": "honours", "reason": "1"}))
    page = text(li.post(url, {"code": CODE.lower(), "occasion": "honours", "reason": "受理1号"}))
    assert "未核查自然人任职资格（登记机关核查）" in page
    assert "限制参加评先评优" in page
    other = text(li.post(url, {"code": CODE, "occasion": "registration", "reason": "受理1号"}))
    assert "限制参加评先评优" not in other
    assert "就“登记注册”这类事项，本平台归集范围内没有。" in other
    for verdict in ("不予通过", "核查通过", "不得办理", "等级"):
        assert verdict not in page


@pytest.fixture
def li(people: People) -> Client:
    """Somebody at a desk that may check."""
    RoleGrant.objects.create(
        user=people.li, role=Role.REGISTRAR_DESK, organisation=people.market, from_on=date(2026, 1, 1)
    )
    return signed_in(people.li)


@pytest.mark.row("M6-07")
@pytest.mark.guard("G14")
def test_a_tender_desk_checks_all_bidders_at_once_and_each_learns_of_it(
    measures: Measures, li: Client
) -> None:
    measure = measures.in_force()
    Subject.objects.filter(pk=measure.subject_id).update(code=CODE)
    other = measures.rows.subject(code=OTHER_CODE, name="乙公司")
    url = reverse("office:measure_check_many")
    codes = f" {CODE.lower()}\n{OTHER_CODE}\n{CODE}\n没有的代码"
    asked = {"occasion": "honours", "reference": "评选2026-1", "codes": codes}
    page = text(post(li, url, asked))
    for words in ("限制参加评先评优", "本平台归集范围内没有", "没有的代码", "摘要值：sha256:"):
        assert words in page
    for verdict in ("不予通过", "核查通过", "合格", "等级", "排名"):
        assert verdict not in page
    assert set(CheckMade.objects.values_list("subject", "reference")) == {
        (measure.subject_id, "评选2026-1"),
        (other.pk, "评选2026-1"),
    }
    read = LedgerEvent.objects.filter(kind="subject.checked").values_list("subject", flat=True)
    assert set(read) == {measure.subject.public_id, other.public_id}
    table = post(li, url, {**asked, "table": "on"})
    assert table.headers["Content-Type"].startswith("text/csv")
    assert "限制参加评先评优" in text(table)


@pytest.mark.row("M6-07")
def test_nobody_named_too_many_and_no_number_are_refused_and_nothing_is_entered(
    people: People, li: Client
) -> None:
    url = reverse("office:measure_check_many")
    asked = {"occasion": "tender", "reference": "招2026-1", "codes": CODE}
    assert "请填写项目编号" in text(post(li, url, {**asked, "reference": " "}))
    assert "没有写出要核查的企业" in text(post(li, url, {**asked, "codes": ",，\n"}))
    many = "\n".join(f"91410200MA{number:08d}" for number in range(501))
    assert "一次最多核查 500 户" in text(post(li, url, {**asked, "codes": many}))
    assert not CheckMade.objects.exists()
    assert signed_in(people.chen).get(url).status_code == 403


@pytest.mark.row("M10-07")
def test_nothing_is_handed_out_where_nothing_is_public(measures: Measures, people: People) -> None:
    measures.in_force()
    wang, url = signed_in(people.wang), reverse("office:measure_handouts")
    assert "现在没有可以公开的措施" in text(post(wang, url, {"recipient": "某银行", "purpose": "参考"}))


@pytest.mark.row("M10-09")
def test_the_list_of_measures_shows_what_has_ended_and_why(measures: Measures, people: People) -> None:
    measures.in_force()
    case = Case.objects.get()
    end_measures(
        case, "lift", actor=people.zhao, policy=measures.policy, now=NOW, reason="已改正", seen=case.version
    )
    wang = signed_in(people.wang)
    url = reverse("office:measures_applied")
    assert "已终止（撤回）" in text(wang.get(f"{url}?state=ended"))
    assert "甲公司" not in text(wang.get(f"{url}?state=standing"))
    assert str(TODAY) in text(wang.get(url))


@pytest.mark.row("M10-01")
def test_a_department_confirms_the_list_that_was_sent_and_the_credit_office_sees_who_has_not(
    people: People, policy: Policy
) -> None:
    send_list(policy=policy, now=NOW)
    reviewer = make_user("hong", "洪审核", people.market, Role.REVIEWER)
    hong, wang, page = signed_in(reviewer), signed_in(people.wang), reverse("office:measure_lists")
    sent = MeasureListSent.objects.get()
    way = reverse("office:confirm_measure_list", kwargs={"sent": sent.public_id})
    assert "待确认" in text(wang.get(page)) and way not in text(wang.get(page))
    assert way in text(hong.get(page))
    assert "确认收悉" in text(hong.get(way))
    assert "由收到的部门自己确认" in text(post(wang, way, {}))
    post(hong, way, {})
    assert "洪审核" in text(wang.get(page, {"state": "read"}))
    assert "洪审核" not in text(wang.get(page, {"state": "waiting"}))
    assert "已经确认" in text(post(hong, way, {}))
