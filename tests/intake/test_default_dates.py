"""What systems write where nobody entered a date is named as such, so that the sender knows what to mend."""

import pytest
from tests.intake.conftest import Deliver, penalty

from xinheng.intake.prepare import returned_rows


@pytest.mark.row("M2-05")
@pytest.mark.parametrize(
    "written", ["1900-01-01", "1900/1/1", "1899-12-30", "0001-01-01", "1753-01-01 00:00:00", "0000-00-00"]
)
@pytest.mark.parametrize("count", [1, 400])
def test_a_default_date_is_named_as_what_a_system_writes_for_none(
    deliver: Deliver, written: str, count: int
) -> None:
    rows = [penalty(1, 处罚决定日期=written), *(penalty(number) for number in range(2, count + 1))]
    (row,) = [row for rows in returned_rows(deliver(rows)) for row in rows]
    (told,) = [one for one in row.problems if one["field"] == "处罚决定日期"]
    assert told["code"] == "E01"
    assert f"“{written}”，这是系统默认值，不代表任何日期" in told["message"]


@pytest.mark.row("M2-05")
def test_a_blank_date_is_still_told_as_not_filled_in(deliver: Deliver) -> None:
    (row,) = [row for rows in returned_rows(deliver([penalty(1, 处罚决定日期="")])) for row in rows]
    assert "“处罚决定日期”没有填写" in {one["message"] for one in row.problems}
