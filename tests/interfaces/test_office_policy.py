"""What changes the rules takes two people: a new format of files, a year of the calendar."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People
from tests.services.deliveries import code, name

from xinheng.core.roles import Role
from xinheng.services.policies import policy_in_force
from xinheng.store.models import (
    Batch,
    BatchState,
    Case,
    PolicyVersion,
    Publication,
    Record,
    RoleGrant,
    Subject,
)

pytestmark = pytest.mark.usefixtures("office_clock", "uploads")

ODD = "商户,信用号码,发文编号,作出日期,谁作出,说明"
HOLIDAYS = "2027-01-01 至 2027-01-03\n2027-02-05 至 2027-02-11、2027-10-01 至 2027-10-07"


def _odd(number: int) -> str:
    return f"{name(number)},{code(number)},汴某许〔2026〕{number}号,2026-11-02,开封市某某局,准予"


@pytest.fixture
def drafter(people: People) -> Client:
    return signed_in(people.wang)


@pytest.fixture
def decider(people: People) -> Client:
    return signed_in(people.zhao)


@pytest.fixture
def unmapped(drafter: Client, people: People) -> Batch:
    content = (
        "\n".join((ODD, _odd(1), _odd(2), "某某无码公司,,汴某许〔2026〕3号,2026-11-02,开封市某某局,准予"))
        + "\n"
    ).encode()
    file = SimpleUploadedFile("某局台账.csv", content)
    post(drafter, "/office/upload/", {"file": file, "whole": "1", "organisation": people.market.public_id})
    batch = Batch.objects.get()
    assert batch.state == BatchState.UNMAPPED
    return batch


def _answers(action: str) -> dict[str, object]:
    reads = ("name", "code", "document_no", "decided_on", "authority", "detail")
    columns = {f"c{place}": read for place, read in enumerate(reads, start=1)}
    return {"title": "某局许可台账", "item": "permit", "unit": "yuan", "action": action, **columns}


def _columns(batch: Batch) -> str:
    return reverse("office:map_feed", kwargs={"batch": batch.public_id})


@pytest.mark.row("M2-04")
def test_a_new_format_is_mapped_approved_and_read_without_code(
    unmapped: Batch, drafter: Client, decider: Client
) -> None:
    tried = text(post(drafter, _columns(unmapped), _answers("try")))
    assert "试读结果" in tried
    assert "E13" in tried
    assert Case.objects.count() == 0
    sent = post(drafter, _columns(unmapped), _answers("save"))
    case = Case.objects.get()
    assert sent.headers["Location"] == reverse("office:approval", kwargs={"case": case.public_id})
    part = {"case": case.public_id}
    assert reverse("office:approval", kwargs=part) in text(decider.get("/office/desk/"))
    assert "目录项没有这个字段" in text(decider.get(reverse("office:approval", kwargs=part)))
    post(decider, reverse("office:approve_case", kwargs=part), {"seen": case.version, "reason": ""})
    version = PolicyVersion.objects.get()
    assert (version.kind, version.from_on, version.drafted_by_id) == ("feed", TODAY, case.opened_by_id)
    assert version.key in policy_in_force(on=TODAY).feeds
    assert version.key not in policy_in_force(on=TODAY - timedelta(days=1)).feeds
    again = post(drafter, reverse("office:read_again", kwargs={"batch": unmapped.public_id}))
    assert again.headers["Location"] == reverse("office:preview", kwargs={"batch": unmapped.public_id})
    post(drafter, reverse("office:confirm_batch", kwargs={"batch": unmapped.public_id}))
    assert Record.objects.filter(item=3).count() == 2
    record = Record.objects.get(subject__code=code(2))
    assert (record.decided_on, record.detail.document_no) == (date(2026, 11, 2), "汴某许〔2026〕2号")


def test_a_mapping_without_the_subject_is_refused_and_keeps_the_answers(
    unmapped: Batch, drafter: Client
) -> None:
    answers = {**_answers("save"), "c1": "", "c2": ""}
    page = text(post(drafter, _columns(unmapped), answers))
    assert "还没有指明主体名称" in page
    assert "某局许可台账" in page
    assert '<option value="document_no" selected>' in page
    assert Case.objects.count() == 0


def test_a_field_is_given_to_one_column(unmapped: Batch, drafter: Client) -> None:
    page = text(post(drafter, _columns(unmapped), {**_answers("save"), "c3": "name"}))
    assert "有两列都读作“主体名称”" in page


@pytest.fixture
def submitted(unmapped: Batch, drafter: Client) -> Case:
    post(drafter, _columns(unmapped), _answers("save"))
    return Case.objects.get()


def test_nobody_approves_what_he_drafted(submitted: Case, drafter: Client, people: People) -> None:
    RoleGrant.objects.create(
        user=people.wang, role=Role.DECIDER, organisation=people.city, from_on=date(2026, 1, 1)
    )
    approve = reverse("office:approve_case", kwargs={"case": submitted.public_id})
    answer = text(post(drafter, approve, {"seen": submitted.version}))
    assert "您办理过本事项的前序环节，不能再" in answer
    assert PolicyVersion.objects.count() == 0


def test_a_draft_comes_back_with_a_reason_and_goes_again(
    submitted: Case, unmapped: Batch, drafter: Client, decider: Client
) -> None:
    back = reverse("office:return_case", kwargs={"case": submitted.public_id})
    silent = text(post(decider, back, {"seen": submitted.version, "reason": ""}))
    assert "请写明理由" in silent
    post(decider, back, {"seen": submitted.version, "reason": "许可编号应另列一项"})
    submitted.refresh_from_db()
    assert submitted.state == "drafted"
    post(drafter, _columns(unmapped), {**_answers("save"), "title": "某局许可台账（改）"})
    submitted.refresh_from_db()
    assert (Case.objects.count(), submitted.state) == (1, "submitted")
    page = text(decider.get(reverse("office:approval", kwargs={"case": submitted.public_id})))
    assert "许可编号应另列一项" in page
    assert "某局许可台账（改）" in page


def test_a_page_that_is_out_of_date_decides_nothing(submitted: Case, decider: Client) -> None:
    approve = reverse("office:approve_case", kwargs={"case": submitted.public_id})
    answer = text(post(decider, approve, {"seen": submitted.version - 1}))
    assert "刚刚被别人办理过" in answer
    assert PolicyVersion.objects.count() == 0


def _year(**changes: object) -> dict[str, object]:
    given = {"year": 2027, "holidays": HOLIDAYS, "make_up": "2027-02-14", "source": "国办发明电〔2026〕某号"}
    return {**given, **changes}


@pytest.mark.row("M5-01")
def test_a_year_of_the_calendar_takes_two_people_and_moves_running_terms(
    drafter: Client, decider: Client, people: People
) -> None:
    policy = policy_in_force(on=TODAY)
    due = policy.calendar.add_workdays(date(2026, 12, 28), 7)
    assert due.provisional
    subject = Subject.objects.create(name=name(1), kind="enterprise", last_known_at=NOW)
    record = Record.objects.create(
        record_key=1, subject=subject, item=3, row_no=2, decided_on=date(2026, 12, 28), known_at=NOW,
        natural_hash=b"n" * 16, content_hash=b"c" * 16,
    )  # fmt: skip
    Publication.objects.create(
        record_key=1, ground=record, subject=subject, item=3, decided_on=record.decided_on, due_on=due.on,
        provisional=True, calendar_version=due.calendar_version, reviewed_by=people.zhou, published_at=NOW,
    )  # fmt: skip
    assert "暂定日历" in text(drafter.get("/office/calendar/2027/"))
    post(drafter, "/office/calendar/add/", _year())
    case = Case.objects.get(kind="calendar")
    assert policy_in_force(on=TODAY).calendar.kind_of(date(2027, 10, 1)).value != "holiday"
    approve = reverse("office:approve_case", kwargs={"case": case.public_id})
    post(decider, approve, {"seen": case.version, "compared": "on"})
    now = policy_in_force(on=TODAY)
    assert now.calendar.last == date(2027, 12, 31)
    assert now.calendar.kind_of(date(2027, 2, 14)).value == "make_up_workday"
    assert now.digest != policy.digest
    moved = Publication.objects.get()
    assert (moved.provisional, moved.calendar_version) == (False, now.calendar.version)
    assert moved.due_on == now.calendar.add_workdays(date(2026, 12, 28), 7).on != due.on
    assert "暂定日历" not in text(drafter.get("/office/calendar/2027/"))
    assert PolicyVersion.objects.get().body["verified"] is True


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"holidays": "元旦三天"}, "读不懂"),
        ({"holidays": "2027-02-30"}, "没有 2027-02-30 这一天"),
        ({"holidays": "2026-12-31"}, "不在 2027 年"),
        ({"make_up": "2027-03-02"}, "不是周末"),
        ({"year": 2029, "holidays": "2029-01-01", "make_up": ""}, "不能跳过年份"),
        ({"source": ""}, "请写明文件名称和文号"),
    ],
)
def test_a_wrong_year_is_refused_in_words(drafter: Client, changes: dict[str, object], sentence: str) -> None:
    page = text(post(drafter, "/office/calendar/add/", _year(**changes)))
    assert sentence in page
    assert Case.objects.count() == 0


def test_a_file_that_need_not_be_read_is_nobodys_work(drafter: Client, people: People) -> None:
    content = "实施主体,职权编号,职权名称\n某局,C01,对某事的处罚\n".encode()
    file = SimpleUploadedFile("职权.csv", content)
    post(drafter, "/office/upload/", {"file": file, "whole": "1", "organisation": people.market.public_id})
    batch = Batch.objects.get()
    for page in (
        reverse("office:batch", kwargs={"batch": batch.public_id}),
        reverse("office:preview", kwargs={"batch": batch.public_id}),
    ):
        shown = text(drafter.get(page))
        assert "无需读取" in shown
        assert "未识别" not in shown
        assert _columns(batch) not in shown
    assert "职权.csv" not in text(drafter.get("/office/desk/"))
    assert "职权.csv" not in text(drafter.get("/office/feeds/"))
