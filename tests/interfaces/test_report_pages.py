"""Credit reports on pages: the enterprise fetches its own, anybody the basic one, the window makes one on paper, and
whoever holds one verifies it without learning anything else."""

import json
import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from tests.documents.stamps import Stamps
from tests.documents.test_sm2 import with_sm2
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.own_space import visitor_of
from tests.interfaces.portal_city import a_subject, an_act, portal_reads_default
from tests.people import NOW, TODAY, People, make_user

from xinheng.core.mandates import Matter
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.documents.time_stamps import Authority
from xinheng.interfaces.counter.limits import another_day, is_beyond
from xinheng.services.day_counts import forget_day_counts
from xinheng.services.records import Change, change_state
from xinheng.services.time import end_of
from xinheng.store.models import DayCount, LedgerEvent, MadeReport, Record, SigningKey, Subject, User

pytestmark = [pytest.mark.usefixtures("office_clock", "uploads"), pytest.mark.row("M6-02")]
TITLE = "样例违法事实一则"
HOW = '请持有人重新获取以后再给您；也可以<a href="/search">查到企业</a>'


@pytest.fixture
def firm(people: People) -> Subject:
    return a_subject("开封样例食品有限公司")


@pytest.fixture
def record(firm: Subject, people: People) -> Record:
    return an_act(firm, people, title=TITLE).record


def _end(record: Record, people: People, policy: Policy) -> None:
    change = Change(deed="repair", reason="已履行", ground="信用修复决定〔2026〕1号")
    change_state(record_key=record.record_key, change=change, actor=people.zhao, policy=policy, now=NOW)


def _own(firm: Subject, client: Client, kind: str = "authorised") -> tuple[str, str]:
    """The number of a new report, and its address."""
    address = reverse("counter:own_reports", args=[firm.public_id])
    answer = client.post(address, {"kind": kind, "purpose": "bidding"})
    assert answer.status_code == 302
    return answer.headers["Location"].split("/")[-2], answer.headers["Location"]


def _public(firm: Subject) -> str:
    answer = Client().post(reverse("counter:public_report", args=[firm.public_id]), {"purpose": "partner"})
    assert answer.status_code == 302
    return answer.headers["Location"].rpartition("/")[2]


def _uploaded(content: bytes, signature: bytes = b"") -> str:
    files = {"file": SimpleUploadedFile("r.pdf", content)}
    if signature:
        files["signature"] = SimpleUploadedFile("r.pdf.sig", signature)
    return text(Client().post("/verify", {**files, "whole_body": "1"}))


def _verified(number: str) -> str:
    return text(Client().get(f"/verify/{number}"))


@pytest.mark.row("M6-01")
@pytest.mark.parametrize("kind", ["basic", "authorised"])
def test_an_enterprise_fetches_its_report_as_page_paper_and_data(
    firm: Subject, record: Record, people: People, kind: str
) -> None:
    client = visitor_of(firm, people.wang)
    number, address = _own(firm, client, kind)
    page = text(client.get(address))
    assert TITLE in page and number in page and "十" not in re.findall("报告不载(.)", page)
    for chapter in range(1, 11):
        assert f"<h2>{chapter}. " in page
    paper = client.get(f"{address}pdf/")
    assert paper.headers["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF-")
    assert "attachment" in paper.headers["Content-Disposition"]
    assert "no-store" in paper.headers["Cache-Control"]
    assert b"/AFRelationship" not in paper.content
    assert len(client.get(f"{address}pdf/?data=1").content) > len(paper.content)
    ofd = client.get(f"{address}ofd/")
    assert ofd.headers["Content-Type"] == "application/ofd" and "下载 OFD" in page
    assert "一致" in _uploaded(ofd.content) and "核验未通过" in _uploaded(ofd.content + b"\n")
    data = json.loads(client.get(f"{address}json/").content)
    assert data["content"]["number"] == number and data["signature"]["algorithm"]
    listed = text(client.get(reverse("counter:own_reports", args=[firm.public_id])))
    assert number in listed and "今年已获取 1 份" in listed and "第四十条" in listed


def test_the_subject_sees_who_got_reports_on_it(firm: Subject, record: Record, people: People) -> None:
    client = visitor_of(firm, people.wang)
    _own(firm, client)
    _public(firm)
    page = text(client.get(reverse("counter:own_readings", args=[firm.public_id])))
    assert "社会公众" in page and "获取基础版信用报告" in page and "获取信用报告" in page


@pytest.mark.row("M6-05")
@pytest.mark.row("X-05")
def test_an_enterprise_chooses_fields_and_period_of_a_special_report(
    firm: Subject, record: Record, people: People
) -> None:
    client = visitor_of(firm, people.wang)
    page = text(client.get(reverse("counter:own_reports", args=[firm.public_id])))
    address = reverse("counter:own_special_report", args=[firm.public_id])
    assert address in page
    asked = text(client.get(address))
    assert f'href="{address.removesuffix("special/")}" aria-current="page"' in asked, (
        "the menu tells where one is"
    )
    assert 'value="market_regulation"' in asked and "不证明有无违法违规" in asked
    period = {"from_on": "2022-01-01", "until_on": f"{NOW.date()}", "purpose": "qualification"}
    made = client.post(address, period)
    assert made.status_code == 302
    shown = text(client.get(made.headers["Location"]))
    assert TITLE in shown and "全部领域" in shown and "没有归集" in shown and "2022-01-01" in shown
    assert client.get(f"{made.headers['Location']}pdf/").content.startswith(b"%PDF-")
    number = made.headers["Location"].split("/")[-2]
    assert "一致" in _verified(number)
    assert Client().get(f"/report/{number}").status_code == 404


@pytest.mark.row("X-05")
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"areas": "astrology"}, "请从列出的领域中选择"),
        ({"from_on": "2012-01-01"}, "时段超过 5 年"),
        ({"until_on": "2099-01-01"}, "时段的起止日期不对"),
        ({"from_on": ""}, "请填写起始日"),
        ({"from_on": "昨天"}, "需要改正"),
        ({"purpose": ""}, "请选择用途"),
    ],
)
def test_a_special_report_that_cannot_be_made_says_why(
    firm: Subject, people: People, wrong: dict[str, str], told: str
) -> None:
    address = reverse("counter:own_special_report", args=[firm.public_id])
    period = {"from_on": "2024-01-01", "until_on": f"{NOW.date()}", "purpose": "qualification"}
    answer = visitor_of(firm, people.wang).post(address, period | wrong)
    assert answer.status_code == 200 and told in text(answer)
    assert not MadeReport.objects.exists()


@with_sm2
@pytest.mark.row("M6-04")
def test_every_file_of_the_bundle_verifies_by_its_signature_of_sm2(firm: Subject, record: Record) -> None:
    number = _public(firm)
    packed = Client().get(f"/report/{number}/zip")
    assert packed.headers["Content-Type"] == "application/zip"
    with ZipFile(BytesIO(packed.content)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    assert "1234567812345678" in files["说明.txt"].decode() and "试用密钥" in files["说明.txt"].decode()
    signed = sorted(name for name in files if f"{name}.sig" in files)
    assert signed == [f"信用报告{number}.{end}" for end in ("json", "ofd", "pdf")]
    for name in signed:
        seen = _uploaded(files[name], files[f"{name}.sig"])
        assert "一致" in seen and "国密签名（SM2/SM3）有效" in seen
        others = files[f"{next(one for one in signed if one != name)}.sig"]
        for wrong in (others, b"\x00", b"x" * 100_000):
            assert "核验未通过" in _uploaded(files[name], wrong)


@pytest.mark.guard("G13")
def test_nobody_else_gets_the_report_of_an_enterprise(firm: Subject, record: Record, people: People) -> None:
    number, address = _own(firm, visitor_of(firm, people.wang))
    other = visitor_of(a_subject("开封别家有限公司"), people.wang)
    for end in ("", "pdf/", "json/", "ofd/", "zip/"):
        assert other.get(f"{address}{end}").status_code == 404
        assert Client().get(f"{address}{end}").status_code == 302
    for end in ("", "/pdf", "/json", "/ofd", "/zip"):
        assert Client().get(f"/report/{number}{end}").status_code == 404
    commitments_only = visitor_of(firm, people.wang, Matter.COMMITMENTS)
    assert commitments_only.get(address).status_code == 403


def test_a_form_without_kind_or_purpose_makes_nothing(firm: Subject, people: People) -> None:
    client = visitor_of(firm, people.wang)
    address = reverse("counter:own_reports", args=[firm.public_id])
    for fields in ({}, {"kind": "special", "purpose": "bidding"}, {"kind": "basic", "purpose": "x" * 900}):
        assert client.post(address, fields).status_code == 200
    assert Client().post(reverse("counter:public_report", args=[firm.public_id]), {}).status_code == 200
    nul = {"purpose": "\x00"}
    assert Client().post(reverse("counter:public_report", args=[firm.public_id]), nul).status_code == 400
    assert MadeReport.objects.count() == 0
    assert '<option value="" selected>请选择</option>' in text(client.get(address)), (
        "no purpose is said for anybody"
    )


def test_anybody_fetches_the_basic_report_without_signing_in(firm: Subject, record: Record) -> None:
    number = _public(firm)
    page = Client().get(f"/report/{number}")
    assert TITLE in text(page) and "noindex" in page.headers["X-Robots-Tag"]
    assert Client().get(f"/report/{number}/pdf").content.startswith(b"%PDF-")
    assert _public(firm) == number
    assert LedgerEvent.objects.filter(kind="report.public").count() == 2
    assert Client().get("/report/20261120100000ABCDEFGH").status_code == 404
    assert Client().get("/report/of/aaaaaaaaaaaaaaaa").status_code == 404


@pytest.mark.row("M6-01")
def test_the_basic_report_holds_what_the_public_page_shows_and_nothing_else(
    firm: Subject, record: Record, people: People
) -> None:
    an_act(firm, people, title="未公示的一则", published=False)
    an_act(firm, people, title="轻微的一则", seriousness=1)
    an_act(firm, people, title="不对外的一则", fields={"公开类型": "授权查询"})
    an_act(firm, people, title="期满的一则", stop_on=NOW.date())
    an_act(firm, people, item=5, seriousness=0, title="强制一则")
    an_act(
        firm,
        people,
        item=3,
        seriousness=0,
        title="许可一则",
        fields={"许可类别": "普通", "法定代表人": "王五"},
    )
    with portal_reads_default():
        shown = text(Client().get(f"/subject/{firm.public_id}"))
    report = text(Client().get(f"/report/{_public(firm)}"))
    titles = [TITLE, "未公示的一则", "轻微的一则", "不对外的一则", "期满的一则", "强制一则", "许可一则"]  # fmt: skip
    assert reverse("counter:public_report", args=[firm.public_id]) in shown
    assert [one in report for one in titles] == [one in shown for one in titles]
    assert TITLE in report and "许可一则" in report and "王五" not in report


@pytest.mark.guard("G1")
def test_on_a_sole_trader_the_public_gets_no_report(people: People) -> None:
    trader = a_subject("张记小吃店", kind="sole_trader")
    address = reverse("counter:public_report", args=[trader.public_id])
    for answer in (Client().get(address), Client().post(address, {"purpose": "partner"})):
        assert answer.status_code == 409 and "只出具给本人" in text(answer)
    with portal_reads_default():
        assert "下载信用报告" not in text(Client().get(f"/subject/{trader.public_id}"))
    number, _ = _own(trader, visitor_of(trader, people.wang), "basic")
    seen = _verified(number)
    assert "一致" in seen and "张记" not in seen and (trader.code or "") not in seen


@pytest.mark.row("M6-04")
def test_the_page_tells_the_time_stamp_of_a_report(
    firm: Subject, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamps = Stamps("时间戳机构")
    authority = Authority(post=stamps.post, certificates=(stamps.certificate,), tell=pytest.fail)
    monkeypatch.setattr(settings, "TSA", authority)
    client = visitor_of(firm, people.wang)
    paper = client.get(f"{_own(firm, client)[1]}pdf/").content
    assert "时间戳机构证明文件在 2025-10-16 10:00:00 之前已经签名" in _uploaded(paper)
    monkeypatch.setattr(settings, "TSA", None)
    assert "不予采信" in _uploaded(paper)


@pytest.mark.guard("G9")
@pytest.mark.row("M6-04")
@pytest.mark.row("M12-04")
def test_after_a_repair_the_older_report_says_there_is_news_and_nothing_more(
    firm: Subject, record: Record, people: People, policy: Policy
) -> None:
    client = visitor_of(firm, people.wang)
    number, address = _own(firm, client)
    shared, paper = _public(firm), client.get(f"{address}pdf/").content
    before = _verified(number)
    assert "一致" in before and firm.name in before and TITLE not in before
    assert "一致" in _uploaded(paper)
    _end(record, people, policy)
    blank = text(Client().get("/verify"))
    for page in (_verified(number), _verified(shared), _uploaded(paper)):
        told = page.partition('role="status">')[2].partition("</div>")[0]
        assert "有变化" in told and "已有更新，请重新获取" in told
        assert "<a " not in told and "持有人" not in told, "no more than that there is news"
        assert HOW in page and HOW in blank, "said whatever the answer is"
        assert not any(word in page for word in (TITLE, firm.name, firm.code or "", "修复"))
    for end in ("", "pdf/", "json/", "ofd/", "zip/"):
        answer = client.get(f"{address}{end}")
        assert answer.status_code == 409 and TITLE not in text(answer)
    for end in ("", "/pdf", "/json", "/ofd", "/zip"):
        assert Client().get(f"/report/{shared}{end}").status_code == 409
    _, newer = _own(firm, client)
    assert TITLE not in text(client.get(newer))


@pytest.mark.guard("G9")
@pytest.mark.row("M6-04")
def test_the_verify_page_names_no_record_no_person_and_no_grade(firm: Subject, record: Record) -> None:
    number = _public(firm)
    page = Client().get(f"/verify/{number.lower()}")
    assert "一致" in text(page) and "noindex" in page.headers["X-Robots-Tag"]
    assert "no-store" in page.headers["Cache-Control"]
    assert not any(word in text(page) for word in (TITLE, "汴市监", "等级", "评分"))


@pytest.mark.row("M6-04")
def test_unknown_forged_and_strange_files_are_told(firm: Subject, record: Record) -> None:
    assert Client().get("/verify/20261120100000ABCDEFGH").status_code == 404
    assert "查无此号" in _verified("20261120100000ABCDEFGH")
    assert "查无此号" in _verified("x")
    paper = Client().get(f"/report/{_public(firm)}/pdf").content
    half = len(paper) // 2
    forged = paper[:half] + bytes([paper[half] ^ 1]) + paper[half + 1 :]
    resaved = paper + b"\n% saved anew\n"
    for content in (forged, resaved, paper[:half], b"hello", b"{}", b"\x00" * 100):
        seen = _uploaded(content)
        assert "核验未通过" in seen and "请不要采用" in seen
        assert firm.name not in seen
        assert ("另存过" in seen) == (content in (forged, resaved)), "of what was signed, and of nothing else"


def test_a_number_is_typed_and_found_or_its_form_is_told(firm: Subject, record: Record) -> None:
    number = _public(firm)
    answer = Client().get("/verify", {"number": f" {number[:10]} {number[10:].lower()} "})
    assert answer.headers["Location"] == f"/verify/{number}"
    assert "14 位数字" in text(Client().get("/verify", {"number": "123"}))
    assert Client().get("/verify", {"number": "\x00"}).status_code == 200


def test_too_much_or_too_many_are_refused_before_they_cost_anything(
    firm: Subject, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = SimpleUploadedFile("r.pdf", b"%PDF-" + b"x" * (12 * 1024 * 1024))
    answer = Client().post("/verify", {"file": large, "whole_body": "1"})
    assert answer.status_code == 413
    assert "请选择一个文件" in text(Client().post("/verify", {"whole_body": "1"}))
    assert "断开" in text(Client().post("/verify", {"file": SimpleUploadedFile("r.pdf", b"%PDF-")}))
    monkeypatch.setattr("xinheng.interfaces.counter.reports.is_beyond", lambda *_, **__: True)
    many = Client().post(reverse("counter:public_report", args=[firm.public_id]), {"purpose": "partner"})
    assert many.status_code == 429 and MadeReport.objects.count() == 0


@pytest.mark.guard("G13")
def test_a_place_is_counted_until_the_day_ends(db: None) -> None:
    """Also after the five minutes that a cache keeps things unasked; of IPv6 a place is a /64."""

    def beyond(address: str, *, now: datetime = NOW, most: int | None = 2) -> bool:
        return is_beyond(RequestFactory().get("/", REMOTE_ADDR=address), "t", most=most, now=now)

    for one, neighbour, stranger in [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"),
    ]:
        assert not beyond(one) and not beyond(neighbour)
        assert beyond(one, now=NOW + timedelta(minutes=6))
        assert not beyond(stranger) and not beyond(one, most=None)
        assert not beyond(one, now=NOW + timedelta(days=1))
    assert not any(beyond("127.0.0.1") for _ in range(3)), "everybody behind a proxy that tells no addresses"
    assert not any(
        "192.0.2" in slot or "2001" in slot for slot in DayCount.objects.values_list("slot", flat=True)
    )
    assert forget_day_counts(today=TODAY + timedelta(days=1)) == 4
    assert [one.day for one in DayCount.objects.all()] == [TODAY + timedelta(days=1)] * 2


def test_whoever_is_beyond_is_told_when_the_day_ends() -> None:
    late = end_of(TODAY) - timedelta(minutes=2)
    assert another_day(HttpResponse(status=429), now=late).headers["Retry-After"] == "121"


def test_the_certificates_are_there_for_who_verifies_alone(firm: Subject, record: Record) -> None:
    Client().get(f"/report/{_public(firm)}/pdf")
    answer = Client().get("/verify/certificates.pem")
    assert answer.content.count(b"BEGIN CERTIFICATE") == SigningKey.objects.count() >= 1
    assert b"PRIVATE" not in answer.content


@pytest.fixture
def clerk(people: People) -> User:
    return make_user("sun", "孙窗口", people.city, Role.WINDOW_CLERK)


def _at_window(client: Client, firm: Subject, **changed: str) -> HttpResponse:
    given = {
        "code": firm.code or "",
        "proof": "licence",
        "kind": "authorised",
        "purpose": "bidding",
    } | changed
    return post(client, reverse("office:new_window_report"), given)


def test_the_window_makes_a_report_on_paper_and_the_enterprise_is_told(
    firm: Subject, record: Record, people: People, policy: Policy, clerk: User
) -> None:
    window = signed_in(clerk)
    assert _at_window(window, firm).status_code == 302
    made = MadeReport.objects.get()
    address = reverse("office:window_report_pdf", args=[made.number])
    assert window.get(address).content.startswith(b"%PDF-")
    page = text(window.get(reverse("office:window_reports")))
    assert made.number in page and firm.name in page
    colleague = signed_in(make_user("qian", "钱窗口", people.city, Role.WINDOW_CLERK))
    assert colleague.get(address).status_code == 404
    own = text(visitor_of(firm, people.wang).get(reverse("counter:own_reports", args=[firm.public_id])))
    assert made.number in own and "企业到窗口" in own
    _end(record, people, policy)
    assert window.get(address).status_code == 409
    assert firm.name not in text(window.get(reverse("office:window_reports")))


@pytest.mark.row("X-05")
def test_the_window_makes_a_special_report(firm: Subject, record: Record, clerk: User) -> None:
    window = signed_in(clerk)
    address = reverse("office:new_window_special_report")
    assert address in text(window.get(reverse("office:window_reports")))
    given = {
        "code": firm.code,
        "proof": "licence",
        "areas": ["tax", "market_regulation"],
        "from_on": "2024-01-01",
        "until_on": f"{NOW.date()}",
        "purpose": "qualification",
    }
    assert "时段超过 5 年" in text(post(window, address, given | {"from_on": "2001-01-01"}))
    assert post(window, address, given).status_code == 302
    made = MadeReport.objects.get()
    assert made.kind == "special" and made.scope["fields"] == ["market_regulation", "tax"]
    assert "专项信用报告" in text(window.get(reverse("office:window_reports")))


def test_the_window_is_told_what_is_wrong(firm: Subject, people: People, clerk: User, home: Path) -> None:
    window = signed_in(clerk)
    assert "没有这个统一社会信用代码" in text(_at_window(window, firm, code="91410202MA0000000X"))
    assert _at_window(window, firm, proof="").status_code == 200
    assert _at_window(window, firm, kind="special").status_code == 200
    assert MadeReport.objects.count() == 0
    assert signed_in(people.chen).get(reverse("office:window_reports")).status_code == 403
