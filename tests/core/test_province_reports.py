"""Answers of the province are read strictly, and a request that failed is tried again later and later, for ever."""

from datetime import UTC, datetime, timedelta

import pytest

from xinheng.core.province_reports import LONGEST, RequestState, next_try, told_by
from xinheng.core.refusal import Refusal

pytestmark = [pytest.mark.row("X-05"), pytest.mark.guard("G10")]
NOW = datetime(2026, 11, 20, tzinfo=UTC)
DIGEST = f"sha256:{'0' * 64}"


def test_an_answer_is_read_or_refused_as_unreadable() -> None:
    assert told_by({"number": "1", "state": "accepted"}).state is RequestState.SENT
    done = told_by({"number": "1", "state": "done", "report": "R1", "digest": DIGEST, "simulated": True})
    assert (done.state, done.report, done.simulated) == (RequestState.DONE, "R1", True)
    assert told_by({"number": "1", "state": "refused"}).why == "省平台没有说明原因"
    for answer in (
        None,
        [],
        {},
        {"number": "1"},
        {"number": 1, "state": "done"},
        {"number": "", "state": "working"},
        {"number": "1", "state": "done", "report": "R1"},
        {"number": "1\x00", "state": "working"},
        {"number": "1", "state": "lost"},
    ):
        with pytest.raises(Refusal):
            told_by(answer)


def test_waiting_grows_up_to_its_longest() -> None:
    waits = [next_try(tries, now=NOW) - NOW for tries in range(40)]
    assert waits == sorted(waits) and waits[0] == timedelta(minutes=2) and waits[-1] == LONGEST
