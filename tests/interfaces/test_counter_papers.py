"""Papers of a case on pages: the enterprise hands them in, the officer sees who brought what when, the window helps."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.intake import papers
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People
from tests.services.deliveries import code
from tests.services.repairers import Repairs, make_repairs

from xinheng.core.mandates import Matter, Proof
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.services.enterprises import MandateOrder, activate, open_account
from xinheng.services.repairs import Application
from xinheng.store.models import Attachment, Case, RepairApplication, StoredFile, User

SECRET = "蓝天白云 2026 信用"
pytestmark = pytest.mark.usefixtures("office_clock", "uploads")


@pytest.fixture
def repairs(people: People, policy: Policy) -> Repairs:
    return make_repairs(people, policy)


def _visitor(repairs: Repairs, *matters: Matter, firm: str = "") -> Client:
    order = MandateOrder(
        code=firm or repairs.firm.code or "",
        role=Role.ENTERPRISE_AGENT,
        matters=matters or tuple(Matter),
        proof=Proof.LETTER,
        from_on=TODAY,
        to_on=date(2027, 3, 1),
    )
    slip = open_account(order, holder="张小明", actor=repairs.people.wang, now=NOW)
    activate(slip.account.number, slip.code, SECRET, now=NOW)
    client = Client()
    client.post("/own/sign-in/", {"number": slip.account.number, "password": SECRET})
    return client


def _lodged(repairs: Repairs) -> Case:
    return repairs.lodged(Application(pledged=True))


def _address(case: Case, key: str = "") -> str:
    assert case.subject is not None
    url = reverse("counter:own_papers", args=[case.subject.public_id, case.number])
    return f"{url}?for={key}" if key else url


def _put(client: Client, address: str, path: Path, **fields: object) -> HttpResponse:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(address, {"file": file, "whole_body": "1", **fields})  # type: ignore[return-value]


@pytest.mark.row("M12-02")
def test_an_enterprise_hands_in_a_proof_and_the_officer_sees_who_brought_it_when(
    repairs: Repairs, people: People, tmp_path: Path
) -> None:
    case, visitor, wang = _lodged(repairs), _visitor(repairs), signed_in(people.wang)
    own = reverse("counter:own_repair_case", args=[repairs.firm.public_id, case.number])
    assert "现在可以交：已改正、已履行义务的证明、信用修复承诺书" in text(visitor.get(own))
    page = text(visitor.get(_address(case)))
    assert "还没有交材料" in page and "不超过 50 MiB" in page
    answer = _put(visitor, _address(case, "duty_done"), papers.pdf(tmp_path / "张三的缴款书.pdf"))
    assert (answer.status_code, answer.headers["Location"]) == (302, _address(case))
    shown = text(visitor.get(_address(case)))
    assert "本企业账号" in shown and "2026-11-20" in shown
    assert "已经交了 1 份" in text(visitor.get(own))
    made = Attachment.objects.get()
    seen = text(wang.get(reverse("office:case", args=[case.number])))
    assert "企业交来：已改正、已履行义务的证明" in seen
    assert "企业一方" in seen
    assert "张三" not in seen + shown
    taken = visitor.get(f"{_address(case)}{made.public_id}/")
    assert taken.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert taken.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(taken.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert RepairApplication.objects.get().handed["duty_done"] == "见所附文件"


@pytest.mark.row("M12-02")
@pytest.mark.parametrize(
    ("make", "refused"),
    [
        (papers.pdf_with_script, "AT05"),
        (papers.bomb, "AT10"),
        (lambda path: path.write_bytes(b"MZ" + b"\0" * 99) and path, "AT02"),
    ],
)
def test_a_wrong_kind_is_refused_with_its_code_and_leaves_nothing(
    make: object, refused: str, repairs: Repairs, tmp_path: Path
) -> None:
    case = _lodged(repairs)
    page = _put(_visitor(repairs), _address(case, "duty_done"), make(tmp_path / "证明.pdf"))  # type: ignore[operator]
    assert page.status_code == 409
    assert refused in text(page)
    assert "没有丢失" in text(page)
    assert not Attachment.objects.exists()
    assert not StoredFile.objects.filter(name__startswith="附件").exists()


@pytest.mark.row("M12-02")
@pytest.mark.parametrize("length", [2 * 2**30, 52 * 2**20])
def test_two_gigabytes_are_refused_before_the_body_is_read_and_nothing_is_lost(
    length: int, repairs: Repairs, uploads: Path
) -> None:
    class Untouched:
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    case = _lodged(repairs)
    before = RepairApplication.objects.get().handed
    for who in (_visitor(repairs), Client(enforce_csrf_checks=True)):
        response = who.generic(
            "POST",
            _address(case, "duty_done"),
            b"",
            "multipart/form-data; boundary=x",
            **{"CONTENT_LENGTH": f"{length}", "wsgi.input": Untouched()},
        )
        assert response.status_code in (413, 302)
        if response.status_code == 413:
            page = text(response)
            assert "AT13" in page and "50 MiB" in page and "没有丢失" in page
            assert "交这份材料" in page
    assert RepairApplication.objects.get().handed == before
    assert not uploads.exists() or not list(uploads.iterdir())


def test_a_body_that_was_cut_off_or_bears_no_length_is_not_taken(repairs: Repairs, tmp_path: Path) -> None:
    case, visitor = _lodged(repairs), _visitor(repairs)
    page = _put(visitor, _address(case, "duty_done"), papers.pdf(tmp_path / "a.pdf"), whole_body="")
    assert "AT23" in text(page)
    bare = visitor.generic("POST", _address(case), b"", "multipart/form-data", CONTENT_LENGTH="")
    assert "AT22" in text(bare)  # type: ignore[arg-type]
    assert "请选择一个文件" in text(visitor.post(_address(case, "duty_done"), {"whole_body": "1"}))  # type: ignore[arg-type]
    assert not Attachment.objects.exists()


def test_a_form_of_another_site_puts_nothing(repairs: Repairs, tmp_path: Path) -> None:
    case, visitor = _lodged(repairs), _visitor(repairs)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = visitor.cookies
    assert _put(strict, _address(case, "duty_done"), papers.pdf(tmp_path / "a.pdf")).status_code == 403
    assert not Attachment.objects.exists()


@pytest.mark.guard("G13")
def test_another_enterprise_an_agent_without_the_matter_and_a_stranger_reach_no_paper(
    repairs: Repairs, tmp_path: Path
) -> None:
    case = _lodged(repairs)
    _put(_visitor(repairs), _address(case, "duty_done"), papers.pdf(tmp_path / "a.pdf"))
    made = Attachment.objects.get()
    other = repairs.rows.subject(code=code(7), name="开封白云食品有限公司")
    theirs = reverse("counter:own_papers", args=[other.public_id, case.number])
    stranger = _visitor(repairs, firm=code(7))
    for address in (theirs, f"{theirs}{made.public_id}/", _address(case)):
        assert stranger.get(address).status_code == 404
    bound = _visitor(repairs, Matter.COMMITMENTS, Matter.FILE)
    for address in (_address(case), f"{_address(case)}{made.public_id}/"):
        assert bound.get(address).status_code == 403
        assert Client().get(address).status_code == 302


@pytest.mark.row("X-12")
@pytest.mark.row("M12-02")
def test_the_window_hands_in_a_paper_for_an_enterprise_without_internet(
    repairs: Repairs, people: People, tmp_path: Path
) -> None:
    from xinheng.store.models import RoleGrant

    clerk = User.objects.create_user("chuang", "x" * 20, display_name="钱窗口", organisation=people.city)
    RoleGrant.objects.create(
        user=clerk, role=Role.WINDOW_CLERK, organisation=people.city, from_on=date(2026, 1, 1)
    )
    case, window = _lodged(repairs), signed_in(clerk)
    page = text(window.get(reverse("office:case", args=[case.number])))
    assert "企业交来：已改正、已履行义务的证明" in page
    path = papers.picture(tmp_path / "a.jpg", "JPEG")
    given = {
        "file": SimpleUploadedFile("照片.jpg", path.read_bytes()),
        "material": "duty_done",
        "title": "",
        "personal": "on",
        "whole_body": "1",
    }
    answer = post(window, reverse("office:attachments", args=["case", case.public_id]), given)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"{case.number}/#attachments")
    made = Attachment.objects.get()
    assert (made.material, made.title, made.added_by) == (
        "已改正、已履行义务的证明",
        "已改正、已履行义务的证明",
        clerk,
    )
    assert "窗口代交" in text(_visitor(repairs).get(_address(case)))
    assert RepairApplication.objects.get().handed["duty_done"] == "见所附文件"
