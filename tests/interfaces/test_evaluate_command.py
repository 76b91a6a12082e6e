"""`xinheng evaluate`: files in, files out; whatever is wrong is refused by name and leaves nothing behind."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.core.examples import fact
from tests.interfaces.snapshot_files import CODES, DAY, FIRMS, POLICY, run, snapshot

MODEL = "general/trial"


class Terminal:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.out = self.err = ""

    def evaluate(self, folder: Path, out: Path, *more: object, model: object = MODEL, day: str = DAY) -> int:
        words = ("evaluate", "--model", model, "--as-of", day, "--snapshot", folder, "--out", out)
        code = run(self._monkeypatch, *words, "--engine", "duckdb", *more)
        self.out, self.err = self._capsys.readouterr()
        return code


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(monkeypatch, capsys)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file() or path.name.startswith("."))


@pytest.mark.row("M7-02")
def test_a_run_over_files_writes_result_and_manifest(terminal: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "scores.parquet"
    assert terminal.evaluate(snapshot(tmp_path / "in"), out) == 0
    rows = pq.read_table(out).to_pylist()
    assert [(row["subject_id"], row["grade"]) for row in rows] == [(1, "B"), (2, "E"), (3, None)]
    manifest = json.loads((tmp_path / "scores.manifest.json").read_text(encoding="utf-8"))
    assert manifest["result"]["distribution"] == {"A": 0, "B": 1, "C": 0, "D": 0, "E": 1, "": 1}
    assert manifest["model"]["id"] == MODEL and manifest["as_of"] == DAY
    assert manifest["snapshot"]["records"]["rows"] == 3
    for words in ("评价对象 3 户", "E 差", "信息不足", "没有任何记录的主体 1 户", "按开封市", "试算，不发布"):
        assert words in terminal.out
    assert manifest["result"]["digest"] in terminal.out
    assert left(tmp_path) == ["scores.manifest.json", "scores.parquet"]


@pytest.mark.row("M7-07")
def test_a_second_run_is_the_same_to_the_last_byte(terminal: Terminal, tmp_path: Path) -> None:
    written = []
    for name in ("first", "second"):
        out = tmp_path / name / "scores.parquet"
        out.parent.mkdir()
        terminal.evaluate(snapshot(tmp_path / "in"), out)
        written.append((out.read_bytes(), (out.parent / "scores.manifest.json").read_bytes()))
    assert written[0] == written[1]


def test_a_table_for_people_names_subjects_and_indicators(terminal: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    assert terminal.evaluate(snapshot(tmp_path / "in"), out) == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig", newline="")))
    assert [row["统一社会信用代码"] for row in rows] == list(CODES)
    assert [row["等级名称"] for row in rows] == ["良好", "差", "信息不足"]
    assert rows[0]["一般行政处罚"] == "-90.000"
    assert rows[1]["等级由何决定"]


def test_a_code_that_a_spreadsheet_would_calculate_is_disarmed(terminal: Terminal, tmp_path: Path) -> None:
    folder = snapshot(tmp_path / "in", FIRMS[:1], code=["=1+1"])
    terminal.evaluate(folder, tmp_path / "scores.csv")
    rows = list(csv.DictReader((tmp_path / "scores.csv").open(encoding="utf-8-sig", newline="")))
    assert rows[0]["统一社会信用代码"] == "'=1+1"


@pytest.mark.guard("G15")
def test_the_province_decides_the_treatment(terminal: Terminal, tmp_path: Path) -> None:
    digests = {}
    for place in (("--city", "kaifeng"), ("--province", "410000"), ("--province", "320000")):
        assert terminal.evaluate(snapshot(tmp_path / "in"), tmp_path / "s.parquet", *place) == 0
        manifest = json.loads((tmp_path / "s.manifest.json").read_text(encoding="utf-8"))
        digests[place[1]] = manifest["treatment"]["digest"]
    assert digests["kaifeng"] == digests["410000"] != digests["320000"]


def test_records_that_nobody_owns_and_days_to_come_end_with_three(terminal: Terminal, tmp_path: Path) -> None:
    folder = snapshot(tmp_path / "in", [*FIRMS[:2], ("enterprise", "food", [fact(8), fact(9, age=-2)])])
    people = pq.read_table(folder / "subjects.parquet")
    pq.write_table(people.slice(0, 2), folder / "subjects.parquet")
    assert terminal.evaluate(folder, tmp_path / "s.parquet") == 3
    assert "2 条记录的主体不在 subjects.parquet 中（1 个主体：3）" in terminal.out
    assert "1 条记录的作出日期在评价日 2026-11-20 之后（record_id 5）" in terminal.out
    assert json.loads((tmp_path / "s.manifest.json").read_text())["set_aside"] == {
        "stray_subjects": 1,
        "stray_records": 2,
        "future_records": 1,
    }


def test_strictly_such_records_are_refused_and_nothing_is_written(terminal: Terminal, tmp_path: Path) -> None:
    folder = snapshot(tmp_path / "in", [("enterprise", "food", [fact(9, age=-2)])])
    assert terminal.evaluate(folder, tmp_path / "s.parquet", "--strict") == 2
    assert "[EXCHANGE-STRICT]" in terminal.err and "record_id 1" in terminal.err
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("records.parquet", lambda t: t.drop_columns(["state"]), "records.parquet 缺少栏目：state"),
        ("subjects.parquet", lambda t: t.drop_columns(["kind"]), "subjects.parquet 缺少栏目：kind"),
        (
            "records.parquet",
            lambda t: t.set_column(2, "item", pa.array([99] * len(t))),
            "没有目录事项编号 99",
        ),
        ("subjects.parquet", lambda t: pa.concat_tables([t, t]), "有 3 个主体编号重复（1、2、3）"),
    ],
)
def test_a_bad_snapshot_is_refused_and_the_previous_result_stays(
    terminal: Terminal, tmp_path: Path, file: str, change: Any, words: str
) -> None:
    folder, out = snapshot(tmp_path / "in"), tmp_path / "scores.parquet"
    terminal.evaluate(folder, out)
    before = {name: (tmp_path / name).read_bytes() for name in left(tmp_path)}
    pq.write_table(change(pq.read_table(folder / file)), folder / file)
    assert terminal.evaluate(folder, out) == 2
    assert words in terminal.err and "怎么办" in terminal.err
    assert {name: (tmp_path / name).read_bytes() for name in left(tmp_path)} == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": "general/nothing"}, "没有模型“general/nothing”"),
        ({"model": "nowhere.yml"}, "没有模型文件“nowhere.yml”"),
        ({"day": "20.11.2026"}, "“20.11.2026”不是日期"),
        ({"more": ("--engine", "abacus")}, "没有引擎“abacus”"),
        ({"more": ("--city", "nowhere")}, "没有城市“nowhere”"),
        ({"more": ("--province", "110000")}, "没有省“110000”"),
        ({"more": ("--city", "kaifeng", "--province", "410000")}, "只能选用一个"),
        ({"more": ("--memory", "much")}, "不是内存大小"),
        ({"more": ("--spark-master", "spark://x")}, "只与 --engine spark 同用"),
        ({"out": "scores.txt"}, "不知道“scores.txt”是什么格式"),
        ({"out": "missing/scores.parquet"}, "没有文件夹"),
        ({"out": "in/records.parquet"}, "它是要读的文件"),
    ],
)
def test_what_cannot_be_done_is_refused_before_any_work(
    terminal: Terminal, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    folder = snapshot(tmp_path / "in")
    given = {key: changes[key] for key in ("model", "day") if key in changes}
    out = tmp_path / changes.get("out", "scores.parquet")
    assert terminal.evaluate(folder, out, *changes.get("more", ()), **given) == 2
    assert words in terminal.err
    assert left(tmp_path) == []
    assert left(folder) == ["records.json", "records.parquet", "subjects.parquet"]


def test_a_model_file_with_mistakes_is_refused_with_every_cause(terminal: Terminal, tmp_path: Path) -> None:
    text = (POLICY / "models" / "general" / "trial.yml").read_text(encoding="utf-8")
    (tmp_path / "m").mkdir()
    bad = tmp_path / "m" / "bad.yml"
    bad.write_text(text.replace("use: trial", "use: publishable"), encoding="utf-8")
    assert terminal.evaluate(snapshot(tmp_path / "in"), tmp_path / "s.parquet", model=bad) == 2
    assert "只能试算" in terminal.err
    assert left(tmp_path) == []


def test_every_engine_gives_one_digest(terminal: Terminal, tmp_path: Path) -> None:
    found = set()
    for engine in ("kernel", "duckdb", "reference"):
        out = tmp_path / f"{engine}.parquet"
        assert terminal.evaluate(snapshot(tmp_path / "in"), out, "--engine", engine) == 0
        found.add(json.loads((tmp_path / f"{engine}.manifest.json").read_text())["result"]["digest"])
    assert len(found) == 1


def test_spark_that_is_not_there_is_said_before_any_work(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinheng.scoring.spark.missing", lambda: "没有安装 pyspark")
    assert terminal.evaluate(snapshot(tmp_path / "in"), tmp_path / "s.parquet", "--engine", "spark") == 2
    assert "不能用 Spark 计算：没有安装 pyspark" in terminal.err
    assert left(tmp_path) == []
