"""A small file is judged by queries that are kept; it is judged exactly as it would be by those of a large one."""

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.intake.conftest import PENALTY, TODAY, Deliver, code, penalty
from tests.intake.rows import accepted, codes_by_row

from xinheng.core.feeds import Feed
from xinheng.intake import few, rehearsed
from xinheng.intake.prepare import Prepared, Standards, original_rows, prepare

ODD = (
    *(
        "",
        " ",
        "无",
        "/",
        "—",
        "　开封 ",
        "全角ＡＢＣ１２３",
        "<p>检查&nbsp;时</p>",
        "A&amp;B",
        "\x1f",
        "null",
    ),
    *(
        "2026-13-01",
        "2026年3月2日",
        "20260302",
        "1900/1/0",
        "2099-01-01",
        "某年某月",
        "0.5",
        "五千元",
        "1.5E+3",
    ),
    *(
        "王小明",
        "410202199001011237",
        "联系电话13800000000",
        "豫B·A1234",
        "91410202MA12345678",
        "000000000000000000",
    ),
    *("罚款", "警告", "自然人", "法人及非法人组织", "汴市监罚〔2026〕1号", "行政相对人名称", "x" * 300),
)
CHANGES = st.dictionaries(st.sampled_from(PENALTY), st.sampled_from(ODD), max_size=4)
ROWS = st.lists(st.tuples(st.integers(1, 4), CHANGES), min_size=1, max_size=6)


@pytest.fixture
def by_sets(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Whether small files walk the way of large ones."""
    kept = few.suits
    return lambda chosen: monkeypatch.setattr(few, "suits", (lambda *_: False) if chosen else kept)


def told(prepared: Prepared) -> dict[str, Any]:
    """All that a delivery yields."""
    tables = {}
    if prepared.status == "mapped":
        for path in (prepared.accepted_path, prepared.returned_path, prepared.refused_path):
            table = pq.read_table(path)
            kinds = [(field.name, str(field.type)) for field in table.schema]
            tables[path.name] = (kinds, sorted(table.to_pylist(), key=lambda row: row["row_no"]))
        tables["originals"] = ([], [original_rows(prepared, list(range(1, 12)))])
    report = {key: value for key, value in prepared.report().items() if key != "path"}
    return report | {"blank": prepared.blank_rows, "tables": tables}


@pytest.mark.row("M2-05")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_a_small_file_is_judged_as_a_large_one_is(
    deliver: Deliver, by_sets: Callable[[bool], None], given_rows: list[tuple[int, dict[str, str]]]
) -> None:
    rows = [penalty(number, **changes) for number, changes in given_rows]
    found = []
    for chosen in (False, True):
        by_sets(chosen)
        found.append(told(deliver(rows)))
    assert found[0] == found[1]


@pytest.mark.row("M2-05")
@pytest.mark.parametrize("chosen", [False, True], ids=["few", "many"])
@pytest.mark.parametrize(
    ("yuan", "wan", "fen"),
    [
        ("5000", "", 500_000),
        ("", "0.5", 500_000),
        ("", "5000", 5_000_000_000),
        ("5,000", "", 500_000),
        ("", "5,000", 5_000_000_000),
        ("0.5万元", "", 500_000),
        ("无", "１.２", 1_200_000),
        ("700", "0.5", 500_000),
        ("五千元", "0.7", 700_000),
    ],
)
def test_an_amount_is_worth_what_the_unit_of_its_column_says(
    deliver: Deliver,
    write: Callable[..., Path],
    by_sets: Callable[[bool], None],
    yuan: str,
    wan: str,
    fen: int,
    chosen: bool,
) -> None:
    """Two columns of one file state the amount in different units; the first filled one in the order of the feed counts."""
    by_sets(chosen)
    header = ["罚款金额(元)", *PENALTY]
    rows = [[yuan, *penalty(1, **{"罚款金额（万元）": wan})], ["", *penalty(2)]]
    prepared = deliver(write([header, *rows], name="两种单位.csv"))
    assert [row["amount_fen"] for row in accepted(prepared)] == [fen, 500_000]


@pytest.mark.parametrize("chosen", [False, True], ids=["few", "many"])
def test_a_lone_column_in_another_unit_keeps_it(
    deliver: Deliver, write: Callable[..., Path], by_sets: Callable[[bool], None], chosen: bool
) -> None:
    by_sets(chosen)
    header = ["罚款金额(元)" if name == "罚款金额（万元）" else name for name in PENALTY]
    rows = [penalty(1, **{"罚款金额（万元）": "5000"}), penalty(2, **{"罚款金额（万元）": "5,000"})]
    prepared = deliver(write([header, *rows], name="一种单位.csv"))
    assert [row["amount_fen"] for row in accepted(prepared)] == [500_000, 500_000]


def test_a_delivery_leaves_nothing_to_the_next_one(deliver: Deliver) -> None:
    first = deliver([penalty(1), penalty(2, 处罚类别="没有这一类"), penalty(3, 违法事实="电话13800000000")])
    again = deliver([penalty(1)])
    assert codes_by_row(first)[3] == ["E06"]
    assert [row["row_no"] for row in accepted(again)] == [2]
    assert (again.rows, again.duplicates, again.problems, again.personal_ids_found) == (1, 0, {}, 0)


def test_what_is_kept_follows_the_day_and_the_standards(deliver: Deliver) -> None:
    row = penalty(1, 处罚决定日期="2026-11-21", 上报日期="2026-11-21", 处罚有效期="2027-11-21")
    assert deliver([row], today=TODAY).problems
    assert not deliver([row], today=TODAY + timedelta(days=1)).problems
    assert deliver([row], today=TODAY).problems
    assert (
        deliver([row], today=TODAY, standards=Standards(forbidden={"违法事实": "样例"})).problems["E11"] == 1
    )


def test_deliveries_at_the_same_time_do_not_meet(
    feeds: dict[str, Feed], write: Callable[..., Path], tmp_path: Path
) -> None:
    wrong: list[str] = []

    def send(sender: int) -> None:
        for turn in range(6):
            count = sender * 3 + turn + 1
            rows = [penalty(sender * 100 + number) for number in range(count)]
            work = tmp_path / f"at{sender}-{turn}"
            work.mkdir()
            path = write([PENALTY, *rows], name=f"{sender}-{turn}.csv")
            codes = [
                row["code"]
                for row in accepted(prepare(path, feeds=feeds, work=work, today=date(2026, 11, 20)))
            ]
            if codes != [code(sender * 100 + number) for number in range(count)]:
                wrong.append(f"{sender}: {codes}")

    senders = [threading.Thread(target=send, args=(number,)) for number in range(1, 5)]
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    assert not wrong


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A turn that fails while rows are judged."""
    asked: list[str] = []
    fill = rehearsed.Rehearsal.fill

    def fails(mine: rehearsed.Rehearsal, table: str) -> None:
        fill(mine, table)
        if table == "judged" and not asked:
            asked.append(table)
            raise RuntimeError("broken off")

    monkeypatch.setattr(rehearsed.Rehearsal, "fill", fails)
    yield asked


def test_a_delivery_that_breaks_off_does_not_harm_the_next_one(deliver: Deliver, broken: list[str]) -> None:
    with pytest.raises(RuntimeError):
        deliver([penalty(1), penalty(2)])
    assert broken == ["judged"]
    assert [row["row_no"] for row in accepted(deliver([penalty(7)]))] == [2]


def test_no_more_engines_are_kept_than_allowed(deliver: Deliver, tmp_path: Path) -> None:
    for day in range(rehearsed.MOST_KEPT + 3):
        deliver([penalty(1)], today=TODAY + timedelta(days=day))
    assert len(rehearsed._idle) == rehearsed.MOST_KEPT
