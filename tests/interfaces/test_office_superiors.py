"""Letters to superior unit and audit office in the office: written, released by another, received, listed."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People
from tests.store.rows import Rows

from xinheng.core.records import Finality, Seriousness
from xinheng.services.superiors import withdraw_letters
from xinheng.store.models import Record, RecordDetail, SuperiorLetter

pytestmark = [
    pytest.mark.usefixtures("office_clock"),
    pytest.mark.row("M1-05"),
    pytest.mark.row("M10-11"),
]


@pytest.fixture
def decision(people: People) -> Record:
    rows = Rows(people)
    record = rows.record(
        item=4,
        seriousness=Seriousness.SERIOUS,
        finality=Finality.FINAL,
        decided_on=date(2026, 9, 1),
        known_at=NOW - timedelta(days=3),
    )
    RecordDetail.objects.create(
        record=record, document_no="汴市监罚〔2026〕1号", title="逾期不改", authority="市市场监管局"
    )
    rows.flag(subject=record.subject)
    return record


def _page(name: str, record: Record, letter: SuperiorLetter | None = None) -> str:
    part = {"subject": record.subject.public_id, **({"letter": letter.public_id} if letter else {})}
    return reverse(f"office:{name}", kwargs=part)


def _written(client: Client, record: Record) -> list[SuperiorLetter]:
    flag = record.subject.flags.get()
    post(
        client,
        _page("tell_superior", record),
        {"flag": flag.pk, "record": record.record_key, "reason": "拒不履行"},
    )
    return list(SuperiorLetter.objects.order_by("pk"))


def test_letters_are_written_by_one_released_by_another_received_and_listed_with_the_marks(
    decision: Record, people: People
) -> None:
    wang, zhao = signed_in(people.wang), signed_in(people.zhao)
    asked = text(wang.get(_page("tell_superior", decision)))
    assert "汴市监罚〔2026〕1号" in asked
    assert "请选择所依据的决定" in text(post(wang, _page("tell_superior", decision), {"reason": "x"}))
    assert asked.count('<option value="" selected>请选择</option>') == 2, "nothing is chosen beforehand"
    letters = _written(wang, decision)
    assert len(letters) == 2
    page = text(wang.get(_page("superior_letters", decision)))
    assert "待签发" in page
    assert _page("release_superior", decision, letters[0]) not in page, "who wrote it does not release it"
    assert post(wang, _page("release_superior", decision, letters[0])).status_code == 403
    assert _page("release_superior", decision, letters[0]) in text(
        zhao.get(_page("superior_letters", decision))
    )
    post(zhao, _page("release_superior", decision, letters[0]))
    letters[0].refresh_from_db()
    assert letters[0].released_by == people.zhao
    serve = _page("serve_superior", decision, letters[0])
    assert serve in text(wang.get(_page("superior_letters", decision)))
    assert "请填写送达凭证" in text(post(wang, serve, {"way": "exchange", "on": str(TODAY)}))
    post(wang, serve, {"way": "exchange", "on": str(TODAY), "proof": "签收单 118"})
    marks = text(wang.get(_page("marks", decision)))
    assert "已送达" in marks
    assert "待签发" in marks
    assert "签收单 118" in text(wang.get(_page("superior_letters", decision)))


def test_a_letter_that_went_out_and_lost_its_decision_asks_to_be_taken_back(
    decision: Record, people: People
) -> None:
    letter = _written(signed_in(people.wang), decision)[0]
    zhao, waits = signed_in(people.zhao), "2 份给上级单位、审计机关的通报待签发"
    desk = reverse("office:desk")
    assert waits in text(zhao.get(desk)) and waits not in text(signed_in(people.wang).get(desk))
    post(zhao, _page("release_superior", decision, letter))
    assert waits not in text(zhao.get(desk))
    withdraw_letters(decision.record_key, why="复议撤销", now=NOW)
    page = text(zhao.get(_page("superior_letters", decision)))
    assert "没有寄出的收回原件" in page
    assert "已撤回，须告知收文单位作废" in text(zhao.get(_page("marks", decision)))
    assert "复议撤销" in page
    SuperiorLetter.objects.update(withdrawn_why="withdraw")
    again = text(zhao.get(_page("superior_letters", decision)))
    assert "依据已撤回" in again and ">withdraw" not in again
    assert _page("serve_superior", decision, letter) not in page
    wang, void = signed_in(people.wang), _page("tell_superior_void", decision, letter)
    untold = "1 份通报的决定已经终止，须告知收文单位作废"
    assert untold in text(wang.get(desk)) and void in text(wang.get(_page("superior_letters", decision)))
    given = {"way": "post", "to": letter.addressed_to, "on": str(TODAY)}
    assert "请填写凭证" in text(post(wang, void, given))
    post(wang, void, {**given, "proof": "挂号 991"})
    assert untold not in text(wang.get(desk))
    assert "挂号 991" in text(wang.get(_page("superior_letters", decision)))
    assert f"{TODAY} 已告知收文单位作废" in text(wang.get(_page("marks", decision)))


def test_nobody_writes_without_a_mark_or_with_a_ground_of_another(decision: Record, people: People) -> None:
    other = Rows(people).subject()
    wang = signed_in(people.wang)
    place = reverse("office:tell_superior", kwargs={"subject": other.public_id})
    assert "请先在“主体性质”里标注" in text(post(wang, place, {"reason": "甲"}))
    post(
        wang,
        _page("tell_superior", decision),
        {"flag": decision.subject.flags.get().pk, "record": decision.record_key + 1, "reason": "甲"},
    )
    assert not SuperiorLetter.objects.exists()


def test_who_may_not_mark_may_not_write_release_or_serve(decision: Record, people: People) -> None:
    letter = _written(signed_in(people.wang), decision)[0]
    li = signed_in(people.li)
    for name in ("tell_superior", "serve_superior", "release_superior", "tell_superior_void"):
        place = _page(name, decision, letter if name != "tell_superior" else None)
        assert post(li, place).status_code == 403
    assert signed_in(people.zhao).get(_page("tell_superior", decision)).status_code == 403
    missing = reverse(
        "office:release_superior", kwargs={"subject": decision.subject.public_id, "letter": "none"}
    )
    assert post(signed_in(people.zhao), missing).status_code == 404
