"""The page of the ten kinds of act: who enters, who reviews, and what is late."""

from datetime import timedelta

import pytest
from tests.interfaces.office_people import signed_in, text
from tests.people import NOW, TODAY, People
from tests.store.rows import Rows

from xinheng.store.models import BatchState, RecordDetail

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M5-01")]
PAGE = "/office/acts/"


def test_a_department_sees_the_kinds_their_forms_and_what_is_late(people: People) -> None:
    rows = Rows(people)
    batch = rows.batch(item=3, state=BatchState.LOADED, loaded_at=NOW)
    record = rows.record(batch=batch, item=3, decided_on=TODAY - timedelta(days=30), known_at=NOW)
    RecordDetail.objects.create(record=record)
    page = text(signed_in(people.li).get(PAGE))
    for word in ("行政征收", "本市没有规定公示", "待确认", "已逾期", "/office/feeds/xinheng-levy/enter/"):
        assert word in page, word
    reviewer = text(signed_in(people.zhou).get(PAGE))
    assert f"/office/batches/{batch.public_id}/" in reviewer
    assert "/enter/" not in reviewer.split("<main")[1]
    assert signed_in(people.zhou).get(f"{PAGE}?format=csv").content.startswith(b"\xef\xbb\xbf")
    assert "text/csv" in signed_in(people.zhou).get(f"{PAGE}?format=csv").headers["Content-Type"]
