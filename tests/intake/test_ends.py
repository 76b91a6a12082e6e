"""Which day the cells of an end say: an act is the same whichever it is, and a day of removal is known by its header."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.intake.conftest import ABNORMAL, Deliver, code
from tests.intake.rows import accepted

from xinheng.core.feeds import Column, Feed, Target
from xinheng.core.names import normalise_name
from xinheng.intake.adoption import adopted

FEED = "xinheng-abnormal-operation"
BODY = "开封市市场监督管理局"
NAME = "汴京试验第1商贸有限公司"
TOLD = "2026-03-05"
ROW = (NAME, code(1), "原因", "2026-03-02", TOLD, "已移出", BODY)
UNMARKED = Column(headers=("移出日期",))
LAST_DAYS = Column(headers=("截止日期", "移出日期"))


def _identity(who: str) -> bytes:
    """Item, document, subject, authority, day, the sender's key, and in place of a document title, result and end as delivered."""
    parts = ("13", "", who, BODY, "2026-03-02", "", "原因\x1fremoved\x1f" + TOLD)
    return hashlib.sha256("\x1f".join(parts).encode()).digest()[:16]


@pytest.mark.row("M2-05")
@pytest.mark.parametrize(
    ("ends", "kept"), [(None, "2026-03-05"), (UNMARKED, "2026-03-05"), (LAST_DAYS, "2026-03-06")]
)
def test_an_act_without_number_is_the_same_whichever_day_its_end_says(
    deliver: Deliver, write: Callable[..., Path], feeds: dict[str, Feed], ends: Column | None, kept: str
) -> None:
    feed = feeds[FEED]
    if ends is not None:
        feed = feed.model_copy(update={"columns": {**feed.columns, Target.VALID_TO: ends}})
    (row,) = accepted(deliver(write([ABNORMAL, ROW]), feeds={**feeds, FEED: feed}))
    assert (row["valid_to"], row["natural_hash"]) == (date.fromisoformat(kept), _identity(code(1)))
    waited = {**row, "valid_to": kept, "decided_on": "2026-03-02", "code": None, "content_hash": "ab"}
    waited["natural_hash"] = _identity(normalise_name(NAME)).hex()
    assert adopted(waited, code=code(1))["natural_hash"] == _identity(code(1)).hex()
