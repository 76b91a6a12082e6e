"""The page on which a person says that a list is whole and who has left it."""

from pathlib import Path

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import People
from tests.services.deliveries import write
from tests.services.test_exits import LIST, entry, listed, standing

from xinheng.core.records import RecordState
from xinheng.services.collect import Delivery, import_file
from xinheng.store.models import Record

__all__ = ["listed"]


@pytest.mark.row("M2-11")
@pytest.mark.usefixtures("office_clock")
def test_the_page_asks_for_the_word_that_the_list_is_whole(
    listed: Delivery, people: People, tmp_path: Path
) -> None:
    batch = import_file(write(tmp_path, entry(2), header=LIST, called="整份.csv"), listed)
    here = reverse("office:list_exits", kwargs={"batch": batch.public_id})
    wang, li = signed_in(people.wang), signed_in(people.li)
    assert here in text(wang.get(reverse("office:batch", kwargs={"batch": batch.public_id})))
    assert "请由另一人办理" in text(li.get(here))
    confirm = reverse("office:confirm_list_exits", kwargs={"batch": batch.public_id})
    given = {"entry": [str(standing(1).record_key)], "whole_on": "2026-11-20", "reason": "电话核对"}
    assert "请先核实" in text(post(wang, confirm, given))
    assert standing(1).state == RecordState.ACTIVE
    assert post(wang, confirm, {**given, "whole": "on"}).headers["Location"] == here
    assert standing(1).state == RecordState.WITHDRAWN
    assert "没有待确认的移出" in text(wang.get(here))
    assert Record.objects.filter(state=RecordState.WITHDRAWN).count() == 1
