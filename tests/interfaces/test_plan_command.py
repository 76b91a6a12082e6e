"""`xinheng plan` on files: a table is learnt, visits are scored, the order is tried on frozen days."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.planning.histories import FREEZE, history
from typer.testing import CliRunner

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli import app
from xinheng.planning.visits import Visits

FREEZE_DAY = date.fromordinal(FREEZE).isoformat()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """H.csv before the freeze, V.csv after it, ALL.csv both, and the table learnt from H.csv."""
    folder = tmp_path_factory.mktemp("plan")
    whole = history(enterprises=400)
    inspectors = [f"执法{at % 9}" for at in range(len(whole))]
    whole = Visits(
        ids=whole.ids,
        entities=whole.entities,
        days=whole.days,
        failed=whole.failed,
        columns={**whole.columns, "检查人员": inspectors},
    )
    before, after = whole.only(whole.days < FREEZE), whole.only(whole.days >= FREEZE)
    write(folder / "ALL.csv", whole)
    write(folder / "H.csv", before)
    write(folder / "V.csv", after, failed=False)
    run("fit", "--history", str(folder / "H.csv"), "--out", str(folder / "MODEL.yml"))
    return folder


def write(file: Path, rows: Visits, *, failed: bool = True, encoding: str = "utf-8") -> None:
    with file.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["visit_id", "entity", "day", *(["failed"] if failed else []), *rows.columns])
        for at, one in enumerate(rows.ids):
            day = date.fromordinal(int(rows.days[at])).isoformat()
            result = [int(rows.results[at])] if failed else []
            writer.writerow(
                [one, rows.entities[at], day, *result, *(cells[at] for cells in rows.columns.values())]
            )


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["plan", *words], catch_exceptions=False)


def refused(*words: str) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        run(*words)
    return refusal.value


def scores(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def score(
    folder: Path, out: Path, *, visits: Path | None = None, known: Path | None = None
) -> list[dict[str, str]]:
    run(
        "score", "--model", str(folder / "MODEL.yml"), "--history", str(known or folder / "H.csv"),
        "--visits", str(visits or folder / "V.csv"), "--out", str(out),
    )  # fmt: skip
    return scores(out)


@pytest.mark.row("M8-02")
def test_every_visit_is_scored_in_its_place(files: Path, tmp_path: Path) -> None:
    rows = score(files, tmp_path / "S.csv")
    with (files / "V.csv").open(encoding="utf-8", newline="") as stream:
        asked = list(csv.DictReader(stream))
    assert list(rows[0]) == ["visit_id", "entity", "score"]
    assert [(row["visit_id"], row["entity"]) for row in rows] == [
        (row["visit_id"], row["entity"]) for row in asked
    ]
    assert all(int(row["score"]) == float(row["score"]) for row in rows)
    assert len({row["score"] for row in rows}) > 20


@pytest.mark.row("M8-02")
def test_a_history_that_goes_on_says_nothing_about_the_days_of_the_visits(
    files: Path, tmp_path: Path
) -> None:
    """ALL.csv holds the results of the very visits asked for; the earliest day of them must not gain from it."""
    first = min(row["day"] for row in read(files / "V.csv"))
    day = [row for row in read(files / "V.csv") if row["day"] == first]
    small = tmp_path / "V1.csv"
    rewrite(small, day)
    assert score(files, tmp_path / "a.csv", visits=small) == score(
        files, tmp_path / "b.csv", visits=small, known=files / "ALL.csv"
    )


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def rewrite(file: Path, rows: list[dict[str, str]], *, encoding: str = "utf-8") -> Path:
    with file.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


@pytest.mark.guard("G12")
@pytest.mark.row("M8-02")
def test_the_column_of_inspectors_is_told_and_never_used(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "M.yml"
    result = run("fit", "--history", str(files / "H.csv"), "--out", str(out))
    assert "拒用“检查人员”列：指向检查人员" in result.output
    assert out.read_text(encoding="utf-8").count("检查人员") == 2, "the column and its reason, nothing else"
    rows = [{**row, "检查人员": "别人"} for row in read(files / "V.csv")]
    other = rewrite(tmp_path / "V.csv", rows)
    assert score(files, tmp_path / "a.csv", visits=other) == score(files, tmp_path / "b.csv")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_encodings_and_ways_to_write_a_day_make_no_difference(
    files: Path, tmp_path: Path, encoding: str
) -> None:
    rows = [{**row, "day": row["day"].replace("-", "/") + " 09:30:00"} for row in read(files / "V.csv")]
    other = rewrite(tmp_path / "V.csv", rows, encoding=encoding)
    assert score(files, tmp_path / "a.csv", visits=other) == score(files, tmp_path / "b.csv")


def test_days_first_are_told_by_the_whole_column(files: Path, tmp_path: Path) -> None:
    rows = [{**row, "day": "/".join(reversed(row["day"].split("-")))} for row in read(files / "V.csv")]
    other = rewrite(tmp_path / "V.csv", rows)
    assert score(files, tmp_path / "a.csv", visits=other) == score(files, tmp_path / "b.csv")
    unclear = rewrite(tmp_path / "U.csv", [{**rows[0], "day": "03/04/2024"}])
    asked = ("--history", str(files / "H.csv"), "--visits", str(unclear), "--out", str(tmp_path / "c.csv"))
    assert refused("score", "--model", str(files / "MODEL.yml"), *asked).code == "PLN06"


@pytest.mark.row("M8-09")
def test_a_back_test_speaks_to_people_and_to_machines(files: Path) -> None:
    words = run("backtest", "--history", str(files / "ALL.csv"), "--freeze", FREEZE_DAY).output
    assert "先查一半，查出全部不合格的" in words
    assert "漂移判断：稳定" in words
    assert "drift=stable psi=" in words
    result = run("backtest", "--history", str(files / "ALL.csv"), "--freeze", FREEZE_DAY, "--json")
    found = json.loads(result.stdout)
    assert found["drift"]["verdict"] == "stable"
    assert found["found_in_first_half"]["model"] > found["found_in_first_half"]["random"] + 0.1
    assert found["lift_first_half"] > 1.2
    assert [one["column"] for one in found["left_out"]] == ["检查人员"]
    assert sum(band["visits"] for band in found["calibration"]) == found["visits"]


def test_scores_of_days_already_learnt_are_told(files: Path, tmp_path: Path) -> None:
    asked = (
        "--history",
        str(files / "H.csv"),
        "--visits",
        str(files / "H.csv"),
        "--out",
        str(tmp_path / "S.csv"),
    )
    result = run("score", "--model", str(files / "MODEL.yml"), *asked)
    assert "不能当作对未来的检验" in result.output


BAD = [
    ({"failed": "2"}, "PLN04"),
    ({"failed": ""}, "PLN04"),
    ({"failed": "不合格"}, "PLN04"),
    ({"day": "后天"}, "PLN05"),
    ({"day": ""}, "PLN05"),
    ({"visit_id": ""}, "PLN02"),
    ({"entity": " "}, "PLN02"),
    ({"visit_id": "V1"}, "PLN03"),
    ({"entity": "11010519491231002X"}, "PLN07"),
]


@pytest.mark.parametrize(("change", "code"), BAD)
def test_a_wrong_record_is_refused_and_nothing_is_written(
    files: Path, tmp_path: Path, change: dict[str, str], code: str
) -> None:
    rows = read(files / "H.csv")
    rows[7] = {**rows[7], **change}
    wrong, out = rewrite(tmp_path / "H.csv", rows), tmp_path / "M.yml"
    refusal = refused("fit", "--history", str(wrong), "--out", str(out))
    assert refusal.code == code
    assert refusal.advice
    assert list(tmp_path.iterdir()) == [wrong]


def test_a_missing_column_an_empty_history_and_no_file_are_refused(files: Path, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "M.yml"))
    less = rewrite(tmp_path / "L.csv", [{key: row[key] for key in ("visit_id", "entity", "failed")} for row in read(files / "H.csv")[:5]])  # fmt: skip
    assert "day" in refused("fit", "--history", str(less), *out).message
    empty = tmp_path / "E.csv"
    empty.write_text("visit_id,entity,day,failed\n", encoding="utf-8")
    assert refused("fit", "--history", str(empty), *out).code == "PLN01"
    refused("fit", "--history", str(tmp_path / "none.csv"), *out)
    assert not (tmp_path / "M.yml").exists()


def test_a_column_of_the_table_that_the_visits_lack_is_refused(files: Path, tmp_path: Path) -> None:
    rows = [{key: cell for key, cell in row.items() if key != "业态"} for row in read(files / "V.csv")]
    asked = ("--history", str(files / "H.csv"), "--visits", str(rewrite(tmp_path / "V.csv", rows)))
    refusal = refused("score", "--model", str(files / "MODEL.yml"), *asked, "--out", str(tmp_path / "S.csv"))
    assert refusal.code == "PLN30"
    assert not (tmp_path / "S.csv").exists()


def test_a_changed_table_is_refused(files: Path, tmp_path: Path) -> None:
    text = (files / "MODEL.yml").read_text(encoding="utf-8")
    changed = tmp_path / "M.yml"
    changed.write_text(text.replace("intercept: -", "intercept: -1", 1), encoding="utf-8")
    asked = (
        "--history",
        str(files / "H.csv"),
        "--visits",
        str(files / "V.csv"),
        "--out",
        str(tmp_path / "S.csv"),
    )
    assert refused("score", "--model", str(changed), *asked).code == "PLN11"
    assert refused("score", "--model", str(tmp_path / "none.yml"), *asked).code == "PLN51"
    assert refused("score", "--model", str(files / "H.csv"), *asked).code == "PLN10"


@pytest.mark.parametrize(
    ("freeze", "code"), [("gestern", "PLN08"), ("1999-01-01", "PLN40"), ("2030-01-01", "PLN40")]
)
def test_a_freeze_that_is_no_day_or_outside_the_history_is_refused(
    files: Path, freeze: str, code: str
) -> None:
    assert refused("backtest", "--history", str(files / "ALL.csv"), "--freeze", freeze).code == code
