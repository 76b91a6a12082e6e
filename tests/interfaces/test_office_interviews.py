"""An interview in the office: drafted from a record, decided by another, put into minutes, shown on the file."""

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import People
from tests.store.rows import Rows

from xinheng.store.models import Case

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M11-03")]


def _call(page: str, people: People, **given: object) -> object:
    fields = {
        "manner": "warning",
        "cause": "两次抽检不合格",
        "meeting_on": "2026-11-25",
        "place": "上午9时，会议室",
        "reason": "抽检报告属实",
    }
    return post(signed_in(people.wang), page, {**fields, **given})


def test_an_interview_is_drafted_decided_and_seen_on_the_file(people: People) -> None:
    rows = Rows(people)
    record = rows.record()
    rows.detail(record=record)
    page = f"{reverse('office:new_interview')}?record={record.record_key}"
    assert "约谈" in text(signed_in(people.wang).get(page))
    assert _call(page, people).status_code == 302  # type: ignore[attr-defined]
    case = Case.objects.get()
    here = reverse("office:case", kwargs={"number": case.number})
    assert "两次抽检不合格" in text(signed_in(people.wang).get(here))
    step = reverse("office:case_step", kwargs={"number": case.number, "verb": "call"})
    post(signed_in(people.zhao), step, {"reason": "同意", "seen": case.version})
    case.refresh_from_db()
    assert case.state == "called"
    file = text(signed_in(people.wang).get(reverse("office:subject", args=[record.subject.public_id])))
    assert case.number in file
    assert "待约谈" in file


def test_a_record_that_states_no_fault_leads_to_no_interview_and_no_order(people: People) -> None:
    rows, pages = Rows(people), []
    for record in (rows.record(), rows.record(item=1)):
        rows.detail(record=record)
        place = reverse("office:record", args=[record.subject.public_id, record.record_key])
        pages.append(text(signed_in(people.wang).get(place)))
    for words in (">约谈</a>", ">责令整改</a>"):
        assert words in pages[0]
        assert words not in pages[1]


def test_what_is_wrong_in_a_draft_is_changed_on_its_page(people: People) -> None:
    record = Rows(people).record()
    _call(f"{reverse('office:new_interview')}?record={record.record_key}", people)
    case = Case.objects.get()
    step = reverse("office:case_step", kwargs={"number": case.number, "verb": "revise"})
    words = {"cause": "三次抽检不合格", "place": "二楼", "reason": "日期有误", "seen": case.version}
    assert "不是工作日" in text(post(signed_in(people.wang), step, {**words, "meeting_on": "2026-12-05"}))
    post(signed_in(people.wang), step, {**words, "meeting_on": "2026-12-01"})
    here = text(signed_in(people.wang).get(reverse("office:case", kwargs={"number": case.number})))
    assert "三次抽检不合格" in here
    assert "2026-12-01" in here


@pytest.mark.parametrize(
    ("given", "words"),
    [({"meeting_on": "2026-11-20"}, "今天之后"), ({"cause": ""}, "约谈事由"), ({"manner": "x"}, "约谈类型")],
)
def test_an_incomplete_interview_is_not_begun(people: People, given: dict[str, object], words: str) -> None:
    record = Rows(people).record()
    page = f"{reverse('office:new_interview')}?record={record.record_key}"
    assert words in text(_call(page, people, **given))  # type: ignore[arg-type]
    assert not Case.objects.exists()


def test_an_unknown_record_has_no_form(people: People) -> None:
    for key in ("0", "x", "9" * 30):
        assert (
            signed_in(people.wang).get(f"{reverse('office:new_interview')}?record={key}").status_code == 404
        )
