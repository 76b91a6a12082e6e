"""An enterprise's own space: opened at the window, activated by its holder, closed to everybody else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People, make_user
from tests.services.deliveries import code
from tests.store.rows import Rows

from xinheng.core.mandates import Matter, Proof
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.enterprises import (
    MandateOrder,
    activate,
    close_account,
    end_mandate,
    new_slip,
    open_account,
    party_of,
    sign_in,
)
from xinheng.services.subjects import open_file
from xinheng.store.models import EnterpriseAccount, LedgerEvent, Mandate, Subject, User

SECRET = "蓝天白云 2026 信用"
SIGN_IN = "/own/sign-in/"
pytestmark = pytest.mark.usefixtures("office_clock")


@pytest.fixture
def firm(people: People) -> Subject:
    return Rows(people).subject(code=code(1), name="开封蓝天食品有限公司")


@pytest.fixture
def clerk(people: People) -> User:
    return make_user("sun", "孙窗口", people.city, Role.WINDOW_CLERK)


def _order(firm: Subject, *matters: Matter, days: int = 30) -> MandateOrder:
    return MandateOrder(
        code=firm.code or "",
        role=Role.ENTERPRISE_AGENT,
        matters=matters or tuple(Matter),
        proof=Proof.LETTER,
        from_on=TODAY,
        to_on=TODAY + timedelta(days=days),
    )


@pytest.fixture
def account(firm: Subject, clerk: User) -> EnterpriseAccount:
    slip = open_account(_order(firm), holder="张小明", actor=clerk, now=NOW)
    return activate(slip.account.number, slip.code, SECRET, now=NOW)


@pytest.fixture
def visitor(account: EnterpriseAccount) -> Client:
    client = Client()
    client.post(SIGN_IN, {"number": account.number, "password": SECRET})
    return client


@pytest.mark.row("M17-01")
def test_the_window_opens_an_account_and_its_holder_activates_it(clerk: User, firm: Subject) -> None:
    fields: dict[str, object] = {
        "holder": "张小明",
        "code": firm.code,
        "role": "enterprise_agent",
        "proof": "letter",
        "matters": ["file", "requests"],
        "to_on": "2027-03-01",
    }
    slip = post(signed_in(clerk), reverse("office:new_mandate_account"), fields)
    account = EnterpriseAccount.objects.get()
    assert slip.headers["Cache-Control"] == "no-store"
    assert (account.label, "张小明" in text(slip)) == ("张**", False)
    printed = text(slip).split("<pre")[1].split(">", 1)[1].split("<")[0]
    browser = Client()
    given = {"number": account.number, "code": printed.lower(), "password": SECRET, "again": SECRET}
    entered = browser.post("/own/activate/", given, follow=True)
    assert "我的信用信息" in text(entered)
    assert firm.name in text(entered)
    again = Client().post("/own/activate/", given)
    assert "开通码不对" in text(again)


@pytest.mark.guard("G13")
def test_another_enterprise_is_not_there(visitor: Client, people: People) -> None:
    other = Rows(people).subject(code=code(2), name="开封白云食品有限公司")
    for name in ("own_file", "own_notices", "own_readings"):
        assert visitor.get(reverse(f"counter:{name}", args=[other.public_id])).status_code == 404


@pytest.mark.row("M13-04")
def test_the_enterprise_sees_who_read_its_file_and_why(
    visitor: Client, firm: Subject, people: People
) -> None:
    open_file(firm.public_id, actor=people.wang, reason="核对年报", now=NOW)
    visitor.get(reverse("counter:own_file", args=[firm.public_id]))
    page = text(visitor.get(reverse("counter:own_readings", args=[firm.public_id])))
    assert "开封市" in page
    assert "核对年报" in page
    assert "本企业查看" in page
    assert "王审核" not in page


@pytest.mark.row("M13-04")
def test_the_file_tells_what_is_shown_and_until_when(visitor: Client, firm: Subject, people: People) -> None:
    rows = Rows(people)
    record = rows.record(subject=firm, item=4, seriousness=2, decided_on=TODAY)
    rows.publication(
        ground=record,
        record_key=record.record_key,
        subject=firm,
        earliest_repair_on=date(2027, 2, 20),
        stop_on=TODAY + timedelta(days=365),
    )
    for one in (record, rows.record(subject=firm, item=4, seriousness=3, state=5)):
        rows.detail(record=one, title=f"处罚 {one.seriousness}")
    page = text(visitor.get(reverse("counter:own_file", args=[firm.public_id])))
    assert "2027-11-19</span>" in page
    assert "2027-02-20 起可以申请" in page
    assert "处罚 2" in page
    assert "处罚 3" not in page


@pytest.mark.row("M13-04")
def test_each_page_of_the_space_explains_the_words_of_officials(visitor: Client, firm: Subject) -> None:
    for page in ("own_file", "own_cases", "own_repairs", "own_commitments", "own_measures"):
        shown = text(visitor.get(reverse(f"counter:{page}", args=[firm.public_id])))
        assert "看不懂的词" in shown, page
        for word in ("依据待核", "待确认", "容缺受理", "认定单位", "陈述、申辩"):
            assert f"{word}" in shown.split("看不懂的词")[1], (page, word)


def test_what_the_authorisation_leaves_out_is_refused(firm: Subject, clerk: User) -> None:
    slip = open_account(_order(firm, Matter.COMMITMENTS), holder="李四", actor=clerk, now=NOW)
    activate(slip.account.number, slip.code, SECRET, now=NOW)
    client = Client()
    client.post(SIGN_IN, {"number": slip.account.number, "password": SECRET})
    answer = client.get(reverse("counter:own_file", args=[firm.public_id]))
    assert answer.status_code == 403
    assert "不包括“查看本企业信用档案和办理进度”" in text(answer)


def test_an_ended_mandate_closes_the_space_at_once(visitor: Client, firm: Subject, clerk: User) -> None:
    page = reverse("counter:own_file", args=[firm.public_id])
    assert visitor.get(page).status_code == 200
    end_mandate(Mandate.objects.get().public_id, actor=clerk, reason="企业撤回授权", now=NOW)
    assert visitor.get(page).status_code == 404
    assert "没有有效的授权" in text(visitor.get("/own/"))


def test_a_mandate_opens_nothing_on_its_last_day(account: EnterpriseAccount) -> None:
    last = TODAY + timedelta(days=30)
    assert party_of(account, on=last - timedelta(days=1)).mandates
    assert not party_of(account, on=last).mandates


def test_a_new_slip_ends_the_session_and_the_old_password(
    visitor: Client, account: EnterpriseAccount, clerk: User
) -> None:
    new_slip(account, actor=clerk, now=NOW)
    assert visitor.get("/own/").status_code == 302
    with pytest.raises(Refusal, match="账号或密码不对"):
        sign_in(account.number, SECRET, now=NOW)


def test_a_closed_account_signs_in_no_more(visitor: Client, account: EnterpriseAccount, clerk: User) -> None:
    close_account(account.public_id, actor=clerk, reason="企业注销", now=NOW)
    assert visitor.get("/own/").status_code == 302
    with pytest.raises(Refusal, match="账号或密码不对"):
        sign_in(account.number, SECRET, now=NOW)


def test_wrong_passwords_lock_the_number_known_or_not(account: EnterpriseAccount) -> None:
    for number in (account.number, "12345678"):
        client = Client()
        for _attempt in range(5):
            assert "账号或密码不对" in text(client.post(SIGN_IN, {"number": number, "password": "wrong"}))
        assert "暂时锁定" in text(client.post(SIGN_IN, {"number": number, "password": SECRET}))


@pytest.mark.parametrize("wrong", ["AAAA-AAAA-AAAA-AAAA", "", "x" * 24])
def test_a_wrong_code_activates_nothing(firm: Subject, clerk: User, wrong: str) -> None:
    slip = open_account(_order(firm), holder="张小明", actor=clerk, now=NOW)
    given = {"number": slip.account.number, "code": wrong, "password": SECRET, "again": SECRET}
    answer = Client().post("/own/activate/", given)
    assert answer.status_code == 200
    assert EnterpriseAccount.objects.get().password == ""


def test_a_weak_password_and_a_late_code_are_refused(firm: Subject, clerk: User) -> None:
    slip = open_account(_order(firm), holder="张小明", actor=clerk, now=NOW)
    with pytest.raises(Refusal, match="密码"):
        activate(slip.account.number, slip.code, "12345678", now=NOW)
    with pytest.raises(Refusal, match="开通码"):
        activate(slip.account.number, slip.code, SECRET, now=NOW + timedelta(days=7))


def test_the_way_back_leads_only_within_the_space(account: EnterpriseAccount) -> None:
    for target in ("https://elsewhere.example/own/", "//elsewhere.example", "/office/"):
        answer = Client().post(f"{SIGN_IN}?next={target}", {"number": account.number, "password": SECRET})
        assert answer.headers["Location"] == "/own/"


def test_a_stranger_is_sent_to_the_door(firm: Subject) -> None:
    for name in ("own_file", "own_notices", "own_readings"):
        answer = Client().get(reverse(f"counter:{name}", args=[firm.public_id]))
        assert answer.headers["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize("written", [code(9), "没有", "91410200MA0000099X"])
def test_an_account_for_no_known_enterprise_is_not_opened(clerk: User, firm: Subject, written: str) -> None:
    with pytest.raises(Refusal, match="没有这个统一社会信用代码"):
        open_account(replace(_order(firm), code=written), holder="张小明", actor=clerk, now=NOW)
    assert not EnterpriseAccount.objects.exists()


def test_no_name_of_a_person_enters_the_ledger(account: EnterpriseAccount) -> None:
    events = LedgerEvent.objects.filter(object=f"account:{account.public_id}")
    assert set(events.values_list("kind", flat=True)) == {"enterprise.opened", "enterprise.activated"}
