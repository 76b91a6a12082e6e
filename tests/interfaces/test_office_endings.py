"""Receivers who did not confirm an end in time: on a page of the credit office, told again with a reason, or confirmed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People
from tests.store import ending_rows
from tests.store.exchange_rows import peer as a_peer
from tests.store.rows import Rows

from xinheng.core.refusal import Refusal
from xinheng.services.endings_again import tell_again
from xinheng.store.models import LedgerEvent, Telling

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M12-04")]
PAGE = "/office/endings/"


@pytest.fixture
def late(people: People) -> Telling:
    rows = Rows(people)
    return ending_rows.telling(
        rows,
        channel="exchange",
        receiver=a_peer(rows, name="省信用平台").pk,
        told_at=NOW - timedelta(days=4),
        late_at=NOW - timedelta(days=1),
    )


@pytest.fixture
def office(people: People) -> Client:
    return signed_in(people.wang)


def test_the_page_names_who_waits_and_says_only_numbers(office: Client, late: Telling) -> None:
    page = text(office.get(PAGE))
    assert all(word in page for word in ("省信用平台", late.ending.public_id, "确认期限", "依据待核"))


def test_telling_again_takes_a_reason_and_stands_in_the_ledger(office: Client, late: Telling) -> None:
    again = reverse("office:tell_receiver_again", kwargs={"telling": late.pk})
    assert "请写明为什么" in text(post(office, again, {"reason": " "}))
    assert not LedgerEvent.objects.filter(kind="ending.told_again").exists()
    assert post(office, again, {"reason": "对方称没有收到"}).status_code == 302
    assert LedgerEvent.objects.get(kind="ending.told_again").object == f"telling:{late.pk}"
    assert "省信用平台" in text(office.get(PAGE))


def test_a_confirmation_by_hand_takes_it_off_the_page(office: Client, late: Telling) -> None:
    confirm = reverse("office:confirm_receiver", kwargs={"telling": late.pk})
    assert "请写明接收方怎样确认的" in text(post(office, confirm, {"receipt": ""}))
    assert post(office, confirm, {"receipt": "复函〔2026〕1号"}).status_code == 302
    late.refresh_from_db()
    assert late.receipt == "复函〔2026〕1号"
    assert "省信用平台" not in text(office.get(PAGE))


def test_what_has_not_gone_out_or_is_confirmed_is_not_told_again(people: People, late: Telling) -> None:
    Telling.objects.filter(pk=late.pk).update(told_at=None)
    with pytest.raises(Refusal) as unsent:
        tell_again(late.pk, reason="催办", actor=people.wang, now=NOW)
    assert unsent.value.code == "TELL5"
    Telling.objects.filter(pk=late.pk).update(told_at=NOW, received_at=NOW, receipt="回执")
    with pytest.raises(Refusal) as done:
        tell_again(late.pk, reason="催办", actor=people.wang, now=NOW)
    assert done.value.code == "TELL4"


def test_the_page_is_for_the_credit_office(people: People, late: Telling) -> None:
    stranger = signed_in(people.li)
    assert stranger.get(PAGE).status_code == 403
    again = reverse("office:tell_receiver_again", kwargs={"telling": late.pk})
    assert post(stranger, again, {"reason": "催办"}).status_code == 403
