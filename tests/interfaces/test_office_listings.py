"""Lists in the office: the registry, a recognition step by step, entries, releases, the watch, and local rules."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People, make_user
from tests.services.listing_cases import HEADS, LIST, Listers, make_listers

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.letters_begun import begun
from xinheng.services.listings import revise
from xinheng.services.listings_releases import compile_release
from xinheng.services.publication import publish_batch
from xinheng.store.models import Case, ListEntry, ListRelease, LocalRule, Record

pytestmark = pytest.mark.usefixtures("office_clock", "home")


@pytest.fixture
def listers(people: People, policy: Policy) -> Listers:
    return make_listers(people, policy)


def _url(case: Case) -> str:
    return reverse("office:case", kwargs={"number": case.number})


def _step(case: Case, verb: str) -> str:
    case.refresh_from_db()
    return reverse("office:case_step", kwargs={"number": case.number, "verb": verb})


@pytest.mark.row("M9-01")
def test_the_registry_shows_basis_procedure_term_and_exit(listers: Listers) -> None:
    page = text(signed_in(listers.people.wang).get(reverse("office:listings")))
    for words in ("安全生产严重失信主体名单", "两书同达", "上级同意", "36个月", "未核", "只同步"):
        assert words in page, words
    assert "没有核定" in page


@pytest.mark.row("M9-01")
def test_only_registered_lists_of_this_city_can_be_chosen(listers: Listers) -> None:
    record = listers.evidence()
    wang = signed_in(listers.people.wang)
    begin = f"{reverse('office:new_listing')}?record={record.record_key}"
    page = text(wang.get(begin))
    assert "市场监督管理严重违法失信名单" in page
    assert "失信被执行人名单" not in page and "经营异常名录" not in page
    forged = post(wang, begin, {"choice": "city_blacklist|0", "reason": "x"})
    assert "这不是登记在册" in text(forged)
    assert forged.status_code == 200
    assert not Case.objects.exists()
    assert wang.get(f"{reverse('office:new_listing')}?record=999").status_code == 404


@pytest.mark.row("M9-01")
@pytest.mark.row("M10-01")
@pytest.mark.parametrize(
    ("given", "listed", "measured"),
    [
        ({}, True, True),
        ({"finality": 1}, True, True),
        ({"seriousness": 2}, False, True),
        ({"seriousness": 1}, False, False),
        ({"item": 1, "seriousness": 0}, False, False),
        ({"item": 3, "seriousness": 0}, False, False),
        ({"item": 24, "seriousness": 0}, False, False),
        ({"item": 11, "seriousness": 0}, True, True),
        ({"state": 5}, False, False),
    ],
)
def test_a_record_offers_only_what_its_kind_can_ground(
    listers: Listers, given: dict[str, int], listed: bool, measured: bool
) -> None:
    record = listers.evidence(**given)
    wang = signed_in(listers.people.wang)
    page = text(wang.get(reverse("office:record", args=[record.subject.public_id, record.record_key])))
    for name, offered in (("new_listing", listed), ("new_measure", measured)):
        begin = f"{reverse(f'office:{name}')}?record={record.record_key}"
        assert (f'href="{begin}"' in page) is offered, name
        if not offered:
            assert wang.get(begin).status_code == 409


@pytest.mark.row("M9-02")
@pytest.mark.row("M9-03")
def test_a_recognition_walks_through_the_office(listers: Listers) -> None:
    record = listers.evidence()
    wang, sun, zhao = (signed_in(one) for one in (listers.people.wang, listers.sun, listers.people.zhao))
    begin = f"{reverse('office:new_listing')}?record={record.record_key}"
    post(wang, begin, {"choice": "market_serious|0", "reason": "造成多人受害"})
    case = Case.objects.get()
    page = text(wang.get(_url(case)))
    assert "市场监督管理严重违法失信名单" in page and _step(case, "notify") in page
    post(wang, _step(case, "notify"), {"seen": case.version, "reason": "拟列入"})
    case.refresh_from_db()
    assert case.state == "notified"
    assert _step(case, "serve") not in text(wang.get(_url(case)))
    refused = post(wang, _step(case, "serve"), {"seen": case.version, "reason": "已送"})
    assert refused.status_code == 409 and "送达须在文书上登记" in text(refused)
    listers.letter(case, "prior_notice", on=NOW)
    case.refresh_from_db()
    said = {"seen": case.version, "said": "已经整改", "reason": "书面"}
    post(wang, _step(case, "state"), said)
    case.refresh_from_db()
    unsaid = {"seen": case.version, "reason": "整改不影响认定"}
    assert "请选择是否采纳。" in text(post(wang, _step(case, "answer"), unsaid))
    answer = {"seen": case.version, "adopted": "0", "reason": "整改不影响认定"}
    post(wang, _step(case, "answer"), answer)
    case.refresh_from_db()
    early = post(sun, _step(case, "review"), {"seen": case.version, "reason": "合法"})
    assert "上级同意" in text(early)
    page = text(wang.get(_url(case)))
    assert _step(case, "approve_higher") in page and _step(case, "hear") not in page
    agreed = {"seen": case.version, "document": "批复1号", "on": "2026-11-19", "reason": "同意"}
    assert "不能早于事先告知的 2026-11-20" in text(post(wang, _step(case, "approve_higher"), agreed))
    post(wang, _step(case, "approve_higher"), agreed | {"on": "2026-11-20"})
    case.refresh_from_db()
    post(sun, _step(case, "review"), {"seen": case.version, "reason": "合法"})
    case.refresh_from_db()
    lacking = post(zhao, _step(case, "decide"), {"seen": case.version, "reason": "列入", **HEADS})
    assert "没有与法律原文核对" in text(lacking)
    whole = {"seen": case.version, "reason": "列入", "term_confirmed": "on", **HEADS}
    post(zhao, _step(case, "decide"), whole)
    case.refresh_from_db()
    assert case.state == "decided"
    page = text(zhao.get(_url(case)))
    assert "过惩相当审查" in page and HEADS["harm"] in page
    assert "决定的期限：36 个月" in page


@pytest.mark.row("M9-04")
def test_entries_show_who_stands_and_lead_to_their_case(listers: Listers) -> None:
    entry = listers.listed()
    wang = signed_in(listers.people.wang)
    url = reverse("office:list_entries")
    page = text(wang.get(url))
    assert entry.subject.name in page and entry.decision.number in page
    assert "在列" in text(wang.get(_url(entry.decision)))
    csv = wang.get(f"{url}?export=csv").content.decode()
    assert entry.subject.name in csv
    zhao = signed_in(listers.people.zhao)
    case = entry.decision
    wrong = {"seen": case.version, "reason": "认定有误", "document": "撤1号"}
    post(zhao, _step(case, "revoke"), {**wrong, "seen": Case.objects.get().version})
    assert entry.subject.name not in text(wang.get(url))
    assert entry.subject.name in text(wang.get(f"{url}?state=ended"))


@pytest.mark.row("M5-06")
def test_a_release_is_compiled_by_one_and_released_by_another(listers: Listers) -> None:
    entry = listers.listed()
    wang, zhao = signed_in(listers.people.wang), signed_in(listers.people.zhao)
    form = {"list": entry.list_key, "unit": listers.people.market.public_id, "period": "2026-11"}
    post(wang, reverse("office:make_release"), {**form, "period": "十一月"})
    assert not ListRelease.objects.exists()
    post(wang, reverse("office:make_release"), form)
    made = ListRelease.objects.get()
    url = reverse("office:release_list", kwargs={"release": made.public_id})
    page = text(wang.get(reverse("office:list_releases")))
    assert "待另一人发布" in page and url not in page
    assert url in text(zhao.get(reverse("office:list_releases")))
    post(zhao, url)
    made.refresh_from_db()
    assert made.entries == [entry.pk]
    own = compile_release(
        entry.list_key, period="2026-Q4", organisation=listers.people.market, actor=listers.people.zhao,
        policy=listers.policy, now=NOW + timedelta(days=1),
    )  # fmt: skip
    post(zhao, reverse("office:release_list", kwargs={"release": own.public_id}))
    page = text(zhao.get(reverse("office:list_releases")))
    assert "编制人不能自己发布" in page.split("notice-decide", 1)[1].split("</div>")[0]
    own.refresh_from_db()
    assert own.released_at is None


@pytest.mark.row("M5-06")
def test_who_releases_discards_on_the_page_and_says_why(listers: Listers) -> None:
    entry = listers.listed()
    made = compile_release(
        entry.list_key, period="2026-11", organisation=listers.people.market, actor=listers.people.wang,
        policy=listers.policy, now=NOW,
    )  # fmt: skip
    wang, zhao = signed_in(listers.people.wang), signed_in(listers.people.zhao)
    address, url = reverse("office:list_releases"), reverse("office:discard_release", args=[made.public_id])
    assert url not in text(wang.get(address))
    assert post(wang, url, {"reason": "空"}).status_code == 403
    assert url in text(zhao.get(address))
    post(zhao, url, {"reason": ""})
    assert "没有写明为什么作废" in text(zhao.get(address))
    post(zhao, url, {"reason": "没有在列主体"})
    page = text(zhao.get(address))
    assert "已作废" in page and "没有在列主体" in page and url not in page


@pytest.mark.row("M9-03")
def test_the_watch_names_who_should_be_looked_at(listers: Listers) -> None:
    entry = listers.listed()
    ListEntry.objects.filter(pk=entry.pk).update(seriousness=1)
    page = text(signed_in(listers.people.wang).get(reverse("office:list_watch")))
    assert "市市场监管局" in page and "请核查" in page


@pytest.mark.row("M9-09")
def test_a_local_rule_is_judged_by_another_person(listers: Listers) -> None:
    wang, zhao = signed_in(listers.people.wang), signed_in(listers.people.zhao)
    rule = {
        "title": "诚信红黑榜办法", "document_no": "汴信办〔2019〕3号", "issuer": "某办",
        "rank": "local_document", "about": "list", "sets": "不诚信商户榜",
    }  # fmt: skip
    assert "请填写文号" in text(post(wang, reverse("office:add_local_rule"), {**rule, "document_no": ""}))
    post(wang, reverse("office:add_local_rule"), rule)
    made = LocalRule.objects.get()
    url = reverse("office:local_rule", kwargs={"rule": made.public_id})
    assert "不在国家设列的名单范围内" in text(wang.get(reverse("office:local_rules")))
    assert "记录结论" not in text(wang.get(url))
    post(zhao, url, {"state": "exceeds", "finding": "没有上位法依据"})
    made.refresh_from_db()
    assert (made.state, made.assessed_by) == ("exceeds", listers.people.zhao)


def test_a_window_clerk_releases_nothing(listers: Listers) -> None:
    entry = listers.listed()
    made = compile_release(
        entry.list_key, period="2026-11", organisation=listers.people.market, actor=listers.people.wang,
        policy=listers.policy, now=NOW,
    )  # fmt: skip
    clerk = make_user("clerk", "窗口", listers.people.city, Role.WINDOW_CLERK)
    url = reverse("office:release_list", kwargs={"release": made.public_id})
    assert post(signed_in(clerk), url).status_code == 403


@pytest.mark.row("M9-04")
@pytest.mark.guard("G8")
def test_an_entry_waits_on_the_desk_of_who_reviews_it_for_secrecy(listers: Listers) -> None:
    entry = listers.listed()
    case = Case.objects.get(pk=entry.decision_id)
    batch = Record.objects.get(record_key=entry.record_key, known_until__isnull=True).batch
    assert batch is not None
    page, desk = reverse("office:batch", kwargs={"batch": batch.public_id}), reverse("office:desk")
    assert f'href="{page}">待审查的批次' in text(signed_in(listers.people.wang).get(_url(case)))
    assert page in text(signed_in(listers.people.zhou).get(desk))
    publish_batch(batch.public_id, reviewer=listers.people.zhou, policy=listers.policy, now=NOW)
    assert page not in text(signed_in(listers.people.zhou).get(desk))
    assert "还没有公示" not in text(signed_in(listers.people.wang).get(_url(case)))


@pytest.mark.row("M9-03")
def test_a_draft_is_written_anew_with_list_ground_and_facts(listers: Listers) -> None:
    case, wang = listers.propose(), signed_in(listers.people.wang)
    page = text(wang.get(_url(case)))
    assert f'value="{LIST}|0" selected' in page and "情节严重" in page
    given = {"seen": case.version, "choice": f"{LIST}|0", "reason": "两次被处罚，拒不改正"}
    assert "请选择名单和列入情形" in text(post(wang, _step(case, "revise"), given | {"choice": ""}))
    assert "不是登记在册" in text(post(wang, _step(case, "revise"), given | {"choice": "city_blacklist|0"}))
    post(wang, _step(case, "revise"), given)
    case.refresh_from_db()
    assert case.state == "drafted"
    assert "两次被处罚，拒不改正" in text(signed_in(listers.people.zhao).get(_url(case)))
    said = begun(case, "prior_notice", policy=listers.policy, on=TODAY)
    assert str(said["facts"]).endswith("\n两次被处罚，拒不改正")
    late = post(wang, _step(case, "revise"), given)
    assert "刚刚被别人办理过" in text(late)


@pytest.mark.row("M9-03")
def test_a_draft_is_not_turned_from_burden_to_favour_nor_to_a_ground_that_is_none(listers: Listers) -> None:
    case, by = listers.propose(), listers.by(listers.people.wang)
    of = listers.policy.lists.lists[LIST]
    wider = of.model_copy(update={"grounds": (*of.grounds, "另一种情形")})
    lists = listers.policy.lists.model_copy(update={"lists": {**listers.policy.lists.lists, LIST: wider}})
    other = replace(by, policy=replace(listers.policy, lists=lists))
    assert revise(case, other, list_key=LIST, matter="另一种情形", reason="x").state == "drafted"
    case.refresh_from_db()
    assert case.details["matter"] == "另一种情形"
    with pytest.raises(Refusal) as unknown:
        revise(case, by, list_key=LIST, matter="看着不顺眼", reason="x")
    assert unknown.value.code == "LG7"
    good = next(key for key, of in listers.policy.lists.lists.items() if not of.burdens and of.grounds)
    with pytest.raises(Refusal):
        revise(case, by, list_key=good, matter=listers.policy.lists.lists[good].grounds[0], reason="x")
    case.refresh_from_db()
    assert case.details["list"] == LIST
