"""Applications, decisions, keys, use and consents in the office, each by whoever may."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.interfaces.api_calls import Caller
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People
from tests.services.deliveries import code, name
from tests.services.sharers import agreed, applicant, reader
from tests.services.test_consents import register

from xinheng.core.policy import Policy
from xinheng.services.sharing_reads import Asked, read_subject
from xinheng.store.models import Case, Consent, LedgerEvent, SenderKey, SharingCall, SharingGrant, Subject

WISH: dict[str, object] = {
    "purpose": "permit",
    "matter": "食品经营许可审批",
    "legal_basis": "《中华人民共和国食品安全法》第三十五条",
    "daily_quota": "100",
    "from_on": "2026-11-20",
    "until_on": "2027-05-31",
    "fields_registration": ["机关", "结果"],
}
APPLY = "/office/sharing/apply/?item=registration"


@pytest.fixture
def city(
    people: People, policy: Policy, home: Path, uploads: Path, tmp_path: Path, office_clock: None
) -> People:
    register(people, policy, tmp_path)
    return people


def wish(people: People, **changes: object) -> dict[str, object]:
    return {**WISH, "organisation": people.market.public_id, **changes}


def step(client: Client, case: Case, deed: str, reason: str = "") -> str:
    url = reverse("office:step_sharing", kwargs={"case": case.public_id})
    response = post(client, url, {"deed": deed, "reason": reason, "seen": str(Case.objects.get().version)})
    return text(client.get(response.headers["Location"])) if response.status_code == 302 else text(response)


@pytest.mark.row("M2-13")
def test_a_department_applies_the_credit_office_approves_and_a_system_reads(city: People) -> None:
    sun, zhao, wang = signed_in(applicant(city)), signed_in(city.zhao), signed_in(city.wang)
    assert "登记注册基本信息" in text(sun.get("/office/sharing/"))
    assert "没有选择信息项" in text(sun.get("/office/sharing/apply/"))
    assert "请选择" in text(post(sun, APPLY, wish(city, fields_registration=[])))
    assert post(sun, APPLY, wish(city)).status_code == 302
    case = Case.objects.get()
    assert "已有用途相同" in text(post(sun, APPLY, wish(city)))
    assert case.number in text(zhao.get("/office/desk/")) or case.title in text(zhao.get("/office/desk/"))
    assert "批准</button>" not in text(
        sun.get(reverse("office:sharing_case", kwargs={"case": case.public_id}))
    )
    assert "您不能" in step(sun, case, "approve")
    assert "必须写明理由" in step(zhao, case, "refuse")
    assert "已批准" in step(zhao, case, "approve")
    key_url = reverse("office:sharing_key", kwargs={"case": case.public_id})
    made = post(wang, key_url, {"name": "许可审批系统", "networks": "10.8.1.0/24"})
    assert made.headers["Cache-Control"] == "no-store"
    secret = text(made).split("<pre")[1].split(">", 1)[1].split("<")[0]
    reads = Caller(SenderKey.objects.get(), secret)
    answer = reads.get(f"/api/v1/shared/subjects/{code(1)}?purpose=permit")
    assert answer.json()["subject"]["name"] == name(1)  # type: ignore[attr-defined]
    page = text(
        wang.get(reverse("office:asked", kwargs={"subject": Subject.objects.get(code=code(1)).public_id}))
    )
    assert all(word in page for word in ("市市场监管局", "行政许可等审批中的核查", "2026-11-20"))
    assert "授权已撤销" in step(wang, case, "revoke", "业务结束")
    assert reads.get(f"/api/v1/shared/subjects/{code(1)}?purpose=permit").status_code == 403


def test_a_key_is_made_for_what_was_approved_only(city: People) -> None:
    post(signed_in(applicant(city)), APPLY, wish(city))
    url = reverse("office:sharing_key", kwargs={"case": Case.objects.get().public_id})
    assert "还没有批准" in text(post(signed_in(city.wang), url, {"name": "许可审批系统"}))
    assert not SharingGrant.objects.exists()
    assert not SenderKey.objects.exists()


def test_a_case_of_another_kind_is_no_application(city: People) -> None:
    case = Case.objects.create(
        number="SP-1",
        kind="feed",
        flow="approval",
        flow_version=1,
        state="drafted",
        organisation=city.city,
        title="甲",
        opened_at=NOW,
    )
    url = reverse("office:sharing_case", kwargs={"case": case.public_id})
    assert signed_in(city.zhao).get(url).status_code == 404


@pytest.mark.row("M2-13")
def test_the_use_is_shown_with_what_was_refused_and_exported(city: People, policy: Policy) -> None:
    _, key, _ = reader(city, policy, items={"registration": ("机关",)})
    read_subject(key, code(1), Asked(purpose="permit"), policy=policy, now=NOW)
    with pytest.raises(Exception, match="只用于"):
        read_subject(key, code(1), Asked(purpose="tender"), policy=policy, now=NOW)
    wang = signed_in(city.wang)
    page = text(wang.get("/office/sharing/use/"))
    assert "市市场监管局" in page
    assert "以表格查看" in page
    table = wang.get("/office/sharing/use/", {"export": "csv"}).content.decode("utf-8-sig").splitlines()
    assert table[0] == "月份,单位,信息项,调用次数,其中被拒,涉及主体,记录数"
    assert "2026-11,市市场监管局,登记注册基本信息,1,0,1,1" in table
    assert [line.split(",")[3:5] for line in table if "被拒绝" in line] == [["1", "1"]]
    later = wang.get("/office/sharing/use/", {"from_on": "2026-12-01", "until_on": "2026-12-31"})
    assert "没有部门通过共享接口" in text(later)


def consent(**changes: object) -> dict[str, object]:
    return {
        "code": code(1),
        "items": ["voluntary"],
        "feeds": ["authorised-tax"],
        "purpose": "finance",
        "receiver": "any",
        "fields_only": "",
        "from_on": "2026-11-20",
        "until_on": "2027-11-19",
        "way": "paper",
        "scan": SimpleUploadedFile("授权书.pdf", b"%PDF-1.7 consent", content_type="application/pdf"),
        **changes,
    }


@pytest.mark.row("M2-08")
@pytest.mark.row("M2-14")
@pytest.mark.guard("G13")
def test_a_consent_is_entered_with_its_paper_read_and_taken_back(city: People) -> None:
    wang = signed_in(city.wang)
    assert post(wang, "/office/consents/new/", consent()).status_code == 302
    made = Consent.objects.get()
    own = {"consent": made.public_id}
    page = text(wang.get(reverse("office:consent", kwargs=own)))
    assert all(word in page for word in (name(1), "纳税申报缴纳情况", "融资信用服务", "书面"))
    scan = wang.get(reverse("office:consent_scan", kwargs=own))
    assert b"".join(scan.streaming_content) == b"%PDF-1.7 consent"  # type: ignore[attr-defined]
    assert LedgerEvent.objects.filter(kind="consent.scan_read").count() == 1
    revoke = reverse("office:revoke_consent", kwargs=own)
    assert "请写明撤销的原因" in text(post(wang, revoke, {"reason": ""}))
    post(wang, revoke, {"reason": "企业书面撤回"})
    made.refresh_from_db()
    assert (made.revoke_reason, made.revoked_by) == ("企业书面撤回", city.wang)
    assert "已撤回" in text(wang.get("/office/consents/"))


@pytest.mark.row("M2-08")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": "91410202MA999999X"}, "没有这个统一社会信用代码"),
        ({"items": []}, "至少选择一类信息"),
        ({"scan": ""}, "须附授权书"),
        ({"scan": SimpleUploadedFile("a.pdf", b"MZ\x90 program")}, "只收 PDF"),
        ({"until_on": "2026-11-01", "from_on": "2026-10-01"}, "截止日已经过去"),
        ({"until_on": "明年"}, "有效"),
    ],
)
def test_what_is_no_consent_is_said_at_the_form(city: People, changes: dict[str, object], said: str) -> None:
    assert said in text(post(signed_in(city.wang), "/office/consents/new/", consent(**changes)))
    assert not Consent.objects.exists()


def test_the_register_shows_every_state(city: People, policy: Policy) -> None:
    agreed(Subject.objects.get(code=code(1)), city, policy)
    page = text(signed_in(city.wang).get("/office/consents/"))
    assert "有效" in page
    assert "自愿提供" in page
    assert signed_in(city.li).get("/office/consents/").status_code == 403


def test_the_department_reads_the_list_of_its_own_applications_only(city: People, policy: Policy) -> None:
    grant, _, _ = reader(city, policy)
    assert grant.case.number in text(signed_in(applicant(city)).get("/office/sharing/"))
    assert signed_in(city.li).get("/office/sharing/").status_code == 403
    assert SharingCall.objects.count() == 0
