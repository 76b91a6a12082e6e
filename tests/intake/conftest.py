"""Made-up files: valid codes of enterprises that do not exist, and one run of intake over them."""

import csv
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from tests.feeds import feeds_in

from xinheng.core.feeds import Feed
from xinheng.core.ids import uscc_check_character
from xinheng.intake.prepare import Prepared, prepare

FEEDS = Path(__file__).parents[2] / "policy" / "feeds"
TODAY = date(2026, 11, 20)
AUTHORITY = "11410200MB1886843"


def code(number: int, prefix: str = "91410202") -> str:
    """A credit code that is valid in form; the embedded organisation code is not checked."""
    first = f"{prefix}{number:09d}"
    return first + uscc_check_character(first)


ABNORMAL = (
    "企业名称",
    "统一社会信用代码",
    "列入经营异常名录原因",
    "列入日期",
    "移出日期",
    "在列状态",
    "作出决定机关",
)
"""Head of a delivery of the register of abnormal operation."""
PENALTY = (
    "行政相对人名称",
    "统一社会信用代码",
    "行政相对人类别",
    "行政处罚决定书文号",
    "违法行为类型",
    "违法事实",
    "处罚类别",
    "罚款金额（万元）",
    "处罚决定日期",
    "处罚有效期",
    "处罚机关",
    "上报日期",
)


def penalty(number: int, **changes: str) -> list[str]:
    """One clean row of a penalty file, with changes by column."""
    row = dict(
        zip(
            PENALTY,
            (
                f"汴京试验第{number}商贸有限公司",
                code(number),
                "法人及非法人组织",
                f"汴市监罚〔2026〕{number}号",
                "未按规定建立进货查验记录",
                "检查时未能出示进货查验记录",
                "罚款",
                "0.5",
                "2026-03-02",
                "2027-03-02",
                "开封市市场监督管理局",
                "2026-03-05",
            ),
            strict=True,
        )
    )
    assert set(changes) <= set(row)
    return list((row | changes).values())


@pytest.fixture(scope="session")
def feeds() -> dict[str, Feed]:
    return feeds_in(FEEDS.parent)


Deliver = Callable[..., Prepared]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as a CSV file."""

    def make(rows: Sequence[Sequence[str]], *, name: str = "送来.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(rows)
        return path

    return make


@pytest.fixture
def deliver(tmp_path: Path, feeds: dict[str, Feed], write: Callable[..., Path]) -> Deliver:
    """Prepare a file, or rows with the header of a penalty file."""
    count = 0

    def run(source: Path | Sequence[Sequence[str]], **options: object) -> Prepared:
        nonlocal count
        count += 1
        work = tmp_path / f"work{count}"
        work.mkdir()
        path = source if isinstance(source, Path) else write([PENALTY, *source], name=f"送来{count}.csv")
        chosen: dict[str, object] = {"feeds": feeds, "today": TODAY, **options}
        prepared = prepare(path, work=work, **chosen)  # type: ignore[arg-type]
        assert prepared.rows == prepared.accepted + prepared.quarantined + prepared.duplicates
        return prepared

    return run
