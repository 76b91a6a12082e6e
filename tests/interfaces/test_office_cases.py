"""Cases in the office: lists, one page for every kind, steps, clocks, recusals, look-up codes, versions of flows."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People, make_user
from tests.services.orders import KEY, Orders, later, make_orders

from xinheng.core.policy import Policy
from xinheng.services.rectification import Order
from xinheng.store.models import Case, CaseDeadline, DeadlineMove, LedgerEvent, Recusal

pytestmark = pytest.mark.usefixtures("office_clock")


@pytest.fixture
def orders(people: People, policy: Policy) -> Orders:
    return make_orders(people, policy)


def _url(case: Case, name: str = "case", **parts: object) -> str:
    return reverse(f"office:{name}", kwargs={"number": case.number, **parts})


def _step(case: Case, verb: str) -> str:
    return _url(case, "case_step", verb=verb)


@pytest.mark.row("M11-01")
@pytest.mark.usefixtures("home")
def test_an_order_walks_through_the_office_by_two_persons(orders: Orders, people: People) -> None:
    record = orders.rows.record()
    wang, zhao, sun = signed_in(people.wang), signed_in(people.zhao), signed_in(orders.sun)
    begin = f"{reverse('office:new_order')}?record={record.record_key}"
    assert "责令 甲公司 整改" in text(wang.get(begin))
    assert "请写明要改什么" in text(post(wang, begin, {"wanted": "", "reason": "x"}))
    made = post(wang, begin, {"wanted": "改正标签", "reason": "标签不合格"})
    case = Case.objects.get()
    assert made.headers["Location"] == _url(case)
    page = text(wang.get(_url(case)))
    assert "拟定整改要求" in page
    assert f'action="{_step(case, "confirm")}"' not in page
    assert "改正标签" in page
    assert f'action="{_step(case, "confirm")}"' in text(zhao.get(_url(case)))
    post(zhao, _step(case, "confirm"), {"seen": case.version, "reason": "属实"})
    case.refresh_from_db()
    assert case.state == "ordered"
    by_hand = post(wang, _step(case, "serve"), {"seen": case.version, "reason": "回执1号"})
    assert by_hand.status_code == 409 and "送达须在文书上登记" in text(by_hand)
    orders.serve(case, on=date(2026, 11, 19))
    page = text(wang.get(_url(case)))
    assert "剩 19 个工作日" in page
    assert "直接送达" in page
    case.refresh_from_db()
    post(wang, _step(case, "hand_in"), {"seen": case.version, "reason": "照片三张"})
    assert "已中止" in text(wang.get(_url(case)))
    case.refresh_from_db()
    post(sun, _step(case, "pass"), {"seen": case.version, "reason": "已改正"})
    case.refresh_from_db()
    assert case.state == "done"
    assert "事项已经办结" in text(wang.get(_url(case)))


@pytest.mark.row("M11-02")
def test_who_is_under_rectification_stands_in_a_list_until_it_is_done(orders: Orders, people: People) -> None:
    running, done = orders.correcting(), orders.correcting()
    page = f"{reverse('office:cases')}?kind=rectification&state=correcting"
    shown = text(signed_in(people.wang).get(page))
    assert running.number in shown
    assert done.number in shown
    orders.take(done, "hand_in", people.wang)
    orders.take(done, "pass", orders.sun)
    shown = text(signed_in(people.wang).get(page))
    assert running.number in shown
    assert done.number not in shown
    handed_on = signed_in(people.wang).get(f"{page}&export=csv")
    (line,) = handed_on.content.decode("utf-8-sig").splitlines()[1:]
    subject = running.subject
    assert line.split(",")[:4] == [running.number, "责令整改", subject.name, subject.code or ""]
    assert "2026-" in line.split(",")[-1]
    assert LedgerEvent.objects.filter(kind="case.list_exported", actor=people.wang).count() == 1


def test_the_ground_and_the_subject_are_linked_and_the_flow_is_drawn(orders: Orders, people: People) -> None:
    record = orders.rows.record()
    case = orders.draft(record=record)
    page = text(signed_in(people.wang).get(_url(case)))
    assert f'href="/office/subjects/{record.subject.public_id}/records/{record.record_key}/"' in page
    assert f'href="/office/subjects/{record.subject.public_id}/"' in page
    assert "现在是“拟定整改要求”，可以到：" in page
    assert "以表格查看" in page
    assert page.count("<svg") >= 2


def test_who_drafted_an_order_is_told_that_its_record_states_no_fault_any_more(
    orders: Orders, people: People
) -> None:
    record = orders.rows.record(item=12, result="failed")
    case = orders.draft(record=record)
    type(record).objects.filter(pk=record.pk).update(known_until=later(1))
    orders.rows.record(item=12, record_key=record.record_key, subject=record.subject, result="passed")
    wang = signed_in(people.wang)
    page = text(wang.get(f"/office/cases/{case.number}/"))
    assert "所依据的记录已经改变，不能再决定" in page and "不是失信行为" in page
    assert "依据已改变，待撤销草稿" in text(wang.get("/office/desk/"))


def test_who_comes_second_sees_what_changed_and_keeps_what_was_typed(orders: Orders, people: People) -> None:
    case = orders.correcting()
    orders.take(case, "hand_in", orders.sun)
    answer = post(
        signed_in(people.wang), _step(case, "hand_in"), {"seen": case.version, "reason": "我写的很长的理由"}
    )
    assert answer.status_code == 409
    page = text(answer)
    assert "孙审核于" in page
    assert "收到整改材料" in page
    assert "我写的很长的理由" in page
    assert f'请打开事项 <a href="{_url(case)}">{case.number}</a>' in page


@pytest.mark.row("M11-01")
def test_a_refusal_that_names_the_running_case_leads_to_it(orders: Orders, people: People) -> None:
    record = orders.rows.record()
    case = orders.draft(record=record)
    address = f"{reverse('office:new_order')}?record={record.record_key}"
    page = text(post(signed_in(people.wang), address, {"wanted": "改正<标签>", "reason": "标签不合格"}))
    assert f'请打开事项 <a href="{_url(case)}">{case.number}</a> 继续办理' in page
    assert Case.objects.count() == 1


@pytest.mark.parametrize("verb", ["seize", "fall_overdue"])
def test_a_step_that_nobody_takes_is_refused(orders: Orders, people: People, verb: str) -> None:
    case = orders.correcting()
    answer = post(signed_in(people.wang), _step(case, verb), {"seen": case.version, "reason": "x"})
    assert answer.status_code == 409
    assert "CW1" in text(answer)


def test_clocks_are_moved_with_reasons_on_the_page(orders: Orders, people: People) -> None:
    case = orders.correcting()
    wang, zhao = signed_in(people.wang), signed_in(people.zhao)

    def move(client: object, act: str, **fields: object) -> object:
        case.refresh_from_db()
        given = {"seen": case.version, "reason": "等待鉴定", **fields}
        return post(client, _url(case, "move_clock", clock=KEY, act=act), given)  # type: ignore[arg-type]

    move(wang, "suspend", on="2026-11-20")
    assert "已中止" in text(wang.get(_url(case)))
    move(wang, "resume", on="2026-11-20")
    move(wang, "extend", by=10)
    page = text(zhao.get(_url(case)))
    assert "王审核申请延长 10" in page
    assert "同意延长" in page
    assert "同意延长" not in text(wang.get(_url(case)))
    move(zhao, "agree")
    kinds = list(DeadlineMove.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["suspended", "resumed", "asked", "extended"]
    late = move(wang, "extend", by=3)
    assert late.status_code == 409  # type: ignore[attr-defined]
    assert "不能再延长" in text(late)  # type: ignore[arg-type]
    assert ">\r\n等待鉴定</textarea>" in text(late) or ">\n等待鉴定</textarea>" in text(late)  # type: ignore[arg-type]
    assert move(wang, "stop").status_code == 404  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("act", "given", "beside", "words"),
    [
        ("suspend", {"on": "2026-11-20", "reason": ""}, "reason", "请写明理由"),
        ("suspend", {"on": "2026-13-40"}, "on", "日期写作 2026-11-20"),
        ("suspend", {"on": "2027-01-04"}, "on", "还没有到"),
        ("suspend", {"on": "2026-01-05"}, "on", "早于上一次变动"),
        ("extend", {"by": ""}, "by", "请填写延长多少"),
        ("extend", {"by": "300"}, "by", "最多可延长"),
    ],
)
def test_what_is_wrong_with_a_clock_stands_beside_its_field(
    orders: Orders, people: People, act: str, given: dict[str, str], beside: str, words: str
) -> None:
    case = orders.correcting()
    row = CaseDeadline.objects.get(case=case, key=KEY)
    sent = {"seen": case.version, "reason": "等待鉴定", **given}
    page = text(post(signed_in(people.wang), _url(case, "move_clock", clock=KEY, act=act), sent))
    error = page.split(f'id="{act}{row.pk}_{beside}_error"', 1)
    assert len(error) == 2 and words in error[1].split("</p>", 1)[0]
    assert f'href="#{act}{row.pk}_{beside}"' in page
    assert "open><summary>" + {"suspend": "中止", "extend": "延长"}[act] in page


def test_a_clock_that_moved_meanwhile_leaves_what_was_typed_on_the_page(
    orders: Orders, people: People
) -> None:
    case = orders.correcting()
    first, second = signed_in(people.wang), signed_in(people.zhao)
    seen = {"seen": case.version, "on": "2026-11-20"}
    post(first, _url(case, "move_clock", clock=KEY, act="suspend"), {**seen, "reason": "等待鉴定"})
    late = post(second, _url(case, "move_clock", clock=KEY, act="suspend"), {**seen, "reason": "另一个理由"})
    assert late.status_code == 409
    assert "另一个理由" in text(late)


def test_recusal_is_asked_for_and_decided_on_the_page(orders: Orders, people: People) -> None:
    case = orders.correcting()
    wang, zhao = signed_in(people.wang), signed_in(people.zhao)
    post(wang, _url(case, "ask_recusal"), {"person": "", "reason": "亲属任职"})
    asked = Recusal.objects.get()
    assert asked.person == people.wang
    decide = _url(case, "decide_recusal", recusal=asked.public_id)
    assert decide in text(zhao.get(_url(case)))
    assert decide not in text(wang.get(_url(case)))
    assert post(zhao, decide, {"grant": "1", "answer": ""}).status_code == 409
    post(zhao, decide, {"grant": "1", "answer": "属实"})
    page = text(wang.get(_url(case)))
    assert "您已从本事项回避" in page
    assert _step(case, "hand_in") not in page
    party = post(wang, _url(case, "ask_recusal"), {"person": orders.sun.public_id, "reason": "当事人申请"})
    assert party.status_code == 302
    assert Recusal.objects.filter(by_party=True).count() == 1


def test_lists_are_narrowed_by_kind_state_person_and_day(orders: Orders, people: People) -> None:
    served, other = orders.correcting(), orders.draft()
    Case.objects.filter(pk=other.pk).update(handler=orders.sun)
    client = signed_in(people.wang)
    url = reverse("office:cases")

    def numbers(query: str) -> set[str]:
        page = text(client.get(f"{url}?{query}"))
        return {case.number for case in (served, other) if f">{case.number}</a>" in page}

    both = {served.number, other.number}
    assert numbers("") == both
    assert numbers("kind=rectification") == both
    assert numbers("kind=feed") == set()
    assert numbers("state=correcting") == {served.number}
    assert numbers("mine=1") == {served.number}
    assert numbers("due=any") == {served.number}
    assert numbers("due=late") == set()
    CaseDeadline.objects.update(due_on=date(2026, 11, 18))
    assert numbers("due=late") == {served.number}
    assert numbers("due=late&mine=1&state=checking") == set()
    assert numbers("state=closed") == set()
    assert numbers("due=nonsense&after=x&day=y&kind=%00") == both


@pytest.mark.parametrize("query", ["", "?due=any"])
def test_a_longer_list_asks_the_database_no_more_than_a_short_one(
    orders: Orders, people: People, query: str
) -> None:
    wang, url = signed_in(people.wang), f"{reverse('office:cases')}{query}"
    orders.correcting()
    wang.get(url)
    with CaptureQueriesContext(connection) as short:
        wang.get(url)
    for _ in range(3):
        orders.correcting()
    with CaptureQueriesContext(connection) as longer:
        wang.get(url)
    assert len(longer) <= len(short)


def test_each_state_is_offered_once_and_finds_what_it_says(orders: Orders, people: People) -> None:
    """Flows share titles and keys: a key alone would name the states of another flow."""
    served = orders.correcting()
    client, url = signed_in(people.wang), reverse("office:cases")

    def offered(query: str = "") -> list[str]:
        chooser = text(client.get(url + query)).split('name="state"')[1].split("</select>")[0]
        return [
            part.split("<")[0].strip()
            for part in chooser.split("<option")[1:]
            for part in [part.split(">")[1]]
        ]

    titles = offered()
    assert len(titles) == len(set(titles)) and "整改中" in titles
    assert "待补正" not in offered("?kind=rectification")
    for title in set(titles) - {"全部", "已办结"}:
        page = text(client.get(url, {"state": title}))
        assert (f">{served.number}</a>" in page) == (title == "整改中"), title


def test_the_list_by_day_goes_on_where_the_page_ended(
    orders: Orders, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinheng.interfaces.office.cases.SIZE", 2)
    made = [orders.correcting() for _ in range(5)]
    client = signed_in(people.wang)
    url, seen = f"{reverse('office:cases')}?due=any", []
    while url:
        response = client.get(url)
        seen += [line["number"] for line in response.context["lines"]]
        url = response.context["paging"].next_url
    assert seen == [case.number for case in made]


def test_a_case_of_another_unit_stays_closed(orders: Orders, people: People) -> None:
    case = orders.draft()
    from xinheng.core.roles import Role

    client = signed_in(make_user("he", "何", people.market, Role.REVIEWER))
    assert client.get(_url(case)).status_code == 403
    assert case.number not in text(client.get(reverse("office:cases")))


def test_a_kind_with_a_page_of_its_own_is_shown_there(orders: Orders, people: People) -> None:
    case = orders.rows.case()
    answer = signed_in(people.wang).get(_url(case))
    assert answer.headers["Location"] == reverse("office:approval", kwargs={"case": case.public_id})


@pytest.mark.guard("G13")
def test_a_code_is_shown_once_and_kept_by_no_cache(orders: Orders, people: People) -> None:
    case = orders.correcting()
    client = signed_in(people.wang)
    receipt = client.post(_url(case, "case_code"))
    assert receipt.headers["Cache-Control"] == "no-store"
    code = receipt.context["code"]
    assert code in text(receipt)
    assert code not in text(client.get(_url(case)))
    assert "CW2" in text(client.post(_url(orders.rows.case(number="SP-X"), "case_code")))


def test_an_order_on_a_record_of_another_unit_is_refused(orders: Orders, people: People) -> None:
    from xinheng.core.refusal import Refusal
    from xinheng.core.roles import Role
    from xinheng.services.rectification import draft_order
    from xinheng.store.models import Organisation

    tax = Organisation.objects.create(key="kaifeng.tax", kind="department", parent=people.city)
    officer = make_user("tax", "税", tax, Role.REVIEWER)
    record = orders.rows.record(batch=orders.rows.batch())
    order = Order(subject=record.subject, record=record.record_key, wanted="x", reason="x")
    with pytest.raises(Refusal) as refused:
        draft_order(order, actor=officer, policy=orders.policy, now=NOW)
    assert refused.value.code == "RE3"


def test_flow_versions_are_shown_with_their_running_cases(orders: Orders, people: People) -> None:
    orders.draft()
    page = text(signed_in(people.wang).get(reverse("office:flow_versions")))
    assert "责令整改" in page
    assert "最新版本" in page


def test_a_migration_is_tried_sent_and_carried_out_by_another(
    orders: Orders, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from xinheng.core import flows
    from xinheng.core.rectification import RECTIFICATION
    from xinheng.store.models import FlowMigration

    case = orders.correcting()
    monkeypatch.setitem(flows._published, ("rectification", 2), replace(RECTIFICATION, version=2))
    wang, zhao, url = signed_in(people.wang), signed_in(people.zhao), reverse("office:flow_versions")
    plan = {"flow": "rectification", "old": 1, "new": 2}
    tried = text(post(wang, url, {**plan, "try": "1"}))
    assert case.number in tried
    assert "整改中 → 整改中" in tried
    assert "整改期限" in tried and "rectification." not in tried
    assert "可以迁移" in tried
    named = {**plan, "states": "整改中=待核查", "try": "1"}
    assert "整改中 → 待核查" in text(post(wang, url, named))
    assert not FlowMigration.objects.exists()
    assert "请写明迁移的理由" in text(post(wang, url, plan))
    assert "“月亮”没有写成 旧=新。" in text(post(wang, url, {**plan, "states": "月亮", "try": "1"}))
    assert "新版本没有状态“moon”" in text(post(wang, url, {**plan, "states": "correcting=moon", "try": "1"}))
    sent = post(wang, url, {**plan, "reason": "新版本"})
    page = sent.headers["Location"]
    assert "按清单办理" not in text(wang.get(page))
    assert "按清单办理" in text(zhao.get(page))
    desk, waits = reverse("office:desk"), "1 份流程迁移清单待另一人办理"
    assert waits in text(zhao.get(desk)) and waits not in text(wang.get(desk))
    post(zhao, page)
    assert waits not in text(zhao.get(desk))
    case.refresh_from_db()
    assert case.flow_version == 2
    assert "迁移到流程的新版本" in text(wang.get(_url(case)))
    undo = post(wang, page, {"undo": "1", "reason": "有误"})
    back = text(zhao.get(undo.headers["Location"]))
    assert "责令整改 2 → 1（退回）" in back
    post(zhao, undo.headers["Location"])
    case.refresh_from_db()
    assert (case.flow_version, case.state) == (1, "correcting")
    assert "已退回" in text(wang.get(page))


def test_a_case_says_that_it_goes_on_as_it_began_where_its_flow_has_a_newer_version(
    orders: Orders, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from xinheng.core import flows
    from xinheng.core.rectification import RECTIFICATION

    case, wang = orders.correcting(), signed_in(people.wang)
    said = "1（现行 2；没有迁移的，按立案时的版本办到底）"
    assert said not in text(wang.get(_url(case)))
    monkeypatch.setitem(flows._published, ("rectification", 2), replace(RECTIFICATION, version=2))
    assert said in text(wang.get(_url(case)))


@pytest.mark.guard("G15")
def test_a_provisional_day_is_marked(orders: Orders, people: People) -> None:
    case = orders.correcting()
    orders.take(case, "hand_in", people.wang)
    orders.take(case, "send_back", orders.sun, on=later(40))
    assert "暂定日历" in text(signed_in(people.wang).get(_url(case)))


def test_the_desk_shows_what_waits_for_this_person_and_not_what_he_may_not_take(
    orders: Orders, people: People
) -> None:
    drafted, running = orders.draft(), orders.correcting()
    desk = reverse("office:desk")
    wang, zhao = text(signed_in(people.wang).get(desk)), text(signed_in(people.zhao).get(desk))
    assert _url(drafted) in zhao
    assert _url(running) in wang
    assert "剩 20 个工作日" in wang
    orders.take(running, "hand_in", people.wang)
    orders.take(running, "send_back", orders.sun)
    Recusal.objects.create(
        case=running, person=people.wang, asked_by=people.wang, reason="亲属", asked_at=NOW,
        granted=True, decided_by=people.zhao, decided_at=NOW,
    )  # fmt: skip
    assert _url(running) not in text(signed_in(people.wang).get(desk))


def test_the_desk_reminds_officers_deciders_and_the_credit_office(orders: Orders, people: People) -> None:
    from xinheng.services.case_deadlines import remind

    case = orders.correcting()
    client = signed_in(people.zhao)
    assert "件事项逾期" not in text(client.get(reverse("office:desk")))
    CaseDeadline.objects.filter(case=case).update(due_on=date(2026, 11, 19))
    remind(policy=orders.policy, now=NOW)
    page = text(client.get(reverse("office:desk")))
    assert "1 件事项逾期，报单位负责人" in page
    assert "/office/cases/?due=late" in page
