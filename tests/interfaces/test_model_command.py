"""`xinheng model`: what is wrong with a model, what it says, and what changes with it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.core.examples import content, fact, indicator
from tests.interfaces.snapshot_files import DAY, FIRMS, POLICY, run, snapshot

Captured = pytest.CaptureFixture[str]
TRIAL = POLICY / "models" / "general" / "trial.yml"


def written(folder: Path, name: str = "model.yml", **changes: Any) -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(content(**changes), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def bands(*starts: int) -> dict[str, Any]:
    labels = ("优秀", "良好", "中等", "较差", "差")
    return {
        "max": 1000,
        "start": 800,
        "bands": [
            {"grade": grade, "label": label, "start": start}
            for grade, label, start in zip("ABCDE", labels, starts, strict=True)
        ],
    }


def test_shipped_models_are_usable(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    files = sorted((POLICY / "models").glob("*/*.yml"))
    assert run(monkeypatch, "model", "check", *files) == 0
    out = capsys.readouterr().out
    assert out.count("✓") == len(files) and "（general/trial 第 2 版" in out


@pytest.mark.row("M7-03")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"indicators": [indicator(facts={"items": ["gossip"]})]}, "目录中没有“gossip”"),
        ({"scale": bands(850, 700, 700, 400, 0)}, "起点互不相同"),
        ({"scale": bands(850, 700, 750, 400, 0)}, "起点逐级下降"),
        ({"indicators": [indicator(basis=[])]}, "basis"),
        ({"indicators": [indicator(window_days=0)]}, "window_days"),
        (
            {"indicators": [indicator(points=None, measure="count", bands=[{"start": 2, "points": 9}] * 2)]},
            "分档的起点必须逐行增加",
        ),
        ({"indicators": [indicator(basis=[{"source": "hearsay", "verified": False}])]}, "“hearsay”不在"),
        ({"indicators": [indicator(), indicator()]}, "标识“penalty”重复"),
        (
            {"indicators": [indicator(label="国有企业"), indicator("honour", family="merit")]},
            "不得以“国有”评分",
        ),
    ],
)
def test_every_cause_is_named_and_the_exit_code_is_two(
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
    tmp_path: Path,
    changes: dict[str, Any],
    words: str,
) -> None:
    assert run(monkeypatch, "model", "check", written(tmp_path, **changes)) == 2
    err = capsys.readouterr().err
    assert words in err and "怎么办" in err


def _reading(grades_of: str, grade: str) -> dict[str, Any]:
    return {
        "id": "other",
        "label": "另一评价",
        "facts": {"items": ["evaluation"], "grades_of": grades_of, "grades": [grade]},
        "window_days": 365,
        "grade": "D",
        "basis": content()["basis"],
    }


@pytest.mark.row("M7-04")
@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (_reading("food/nobody", "E"), "limits.other：没有模型“food/nobody”；已有的模型："),
        (_reading("general/trial", "Z"), "limits.other：模型“"),
        (_reading("food/example", "E"), "limits.other：读取本模型的等级只能用已过去的日期"),
    ],
)
def test_grades_that_cannot_be_read_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path, limit: dict[str, Any], words: str
) -> None:
    assert run(monkeypatch, "model", "check", written(tmp_path, limits=[limit])) == 2
    assert words in capsys.readouterr().err


@pytest.mark.row("M7-03")
def test_facts_older_than_may_be_used_are_refused_in_check_report_and_evaluation(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    file = written(tmp_path, indicators=[indicator(window_days=9000), content()["indicators"][1]])
    folder = snapshot(tmp_path / "in", FIRMS)
    out = tmp_path / "out.parquet"
    evaluate = ("evaluate", "--model", file, "--as-of", DAY, "--snapshot", folder, "--out", out)
    for words in (("model", "check", file), ("model", "report", file), evaluate):
        assert run(monkeypatch, *words) == 2
        err = capsys.readouterr().err
        assert "indicators.penalty.window_days：评价窗口9000天，长于信用信息可以使用的" in err
    assert not out.exists()


@pytest.mark.row("M7-03")
def test_a_document_that_is_not_yet_in_force_is_no_basis_before_its_day(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    basis = [{"source": "ndrc-order-36", "verified": False}]
    file = written(tmp_path, indicators=[indicator(basis=basis), content()["indicators"][1]])
    assert run(monkeypatch, "model", "check", file, "--on", "2026-03-31") == 2
    err = capsys.readouterr().err
    assert "indicators.penalty.basis" in err and "不能作为2026-03-31的依据" in err
    assert run(monkeypatch, "model", "check", file, "--on", "2026-04-01") == 0
    assert run(monkeypatch, "model", "check", file, "--on", "下周") == 2
    assert "“下周”不是日期" in capsys.readouterr().err


def test_facts_that_no_feed_delivers_are_hinted_at(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    asked = indicator(facts={"items": ["penalty"], "results": ["nobody_says_this"]})
    file = written(tmp_path, indicators=[asked, content()["indicators"][1]])
    assert run(monkeypatch, "model", "check", file) == 0
    assert "提示：indicators.penalty.facts：结果词“nobody_says_this”没有数据源交来" in capsys.readouterr().out


def test_models_that_read_each_other_in_a_circle_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    def reading(name: str, other: str) -> Path:
        limit = {
            "id": "other",
            "label": "另一评价为差",
            "facts": {"items": ["evaluation"], "grades_of": other, "grades": ["E"]},
            "window_days": 365,
            "grade": "D",
            "basis": content()["basis"],
        }
        return written(tmp_path, f"{name}.yml", id=f"food/{name}", title=name, limits=[limit])

    files = reading("one", "food/two"), reading("two", "food/one")
    assert run(monkeypatch, "model", "check", *files) == 2
    assert "模型互相引用等级，成了循环：“one” → “two” → “one”" in capsys.readouterr().err
    assert run(monkeypatch, "model", "check", files[0]) == 2
    assert "没有模型“food/two”" in capsys.readouterr().err


def test_one_bad_file_does_not_hide_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("id: [", encoding="utf-8")
    assert run(monkeypatch, "model", "check", broken, tmp_path / "missing.yml", TRIAL) == 2
    out, err = capsys.readouterr()
    assert "✓" in out and "general/trial" in out
    assert "broken.yml：不是可用的模型" in err and "没有模型文件" in err and "2 个文件有问题" in err


def test_the_schema_is_json_and_knows_the_indicators(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    assert run(monkeypatch, "model", "schema") == 0
    schema = json.loads(capsys.readouterr().out)
    assert "indicators" in schema["properties"]
    out = tmp_path / "schema.json"
    assert run(monkeypatch, "model", "schema", "--out", out) == 0
    assert json.loads(out.read_text(encoding="utf-8")) == schema


@pytest.mark.row("M7-05")
def test_a_report_names_weights_clauses_and_what_is_verified(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert run(monkeypatch, "model", "report", "general/trial") == 0
    out = capsys.readouterr().out
    for words in (
        "# 模型说明：",
        "占同方向封顶合计",
        "一般行政处罚",
        "近 365 天",
        "未核对",
        "一票否决：",
        "## 来源",
    ):
        assert words in out


def test_a_report_as_a_page_escapes_what_the_author_wrote(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model = written(tmp_path, title="<script>alert(1)</script>")
    out = tmp_path / "report.html"
    assert run(monkeypatch, "model", "report", model, "--out", out) == 0
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and 'lang="zh-CN"' in page
    assert "<script" not in page and "&lt;script&gt;" in page


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """The trial model with four times the points for a general penalty."""
    text = yaml.safe_load(TRIAL.read_text(encoding="utf-8"))
    for each in text["indicators"]:
        if each["id"] == "penalty_general":
            each["by_amount"] = [{"start": 0, "points": 320}]
    text["version"] = 2
    path = tmp_path / "trial.yml"
    path.write_text(yaml.safe_dump(text, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def compare(monkeypatch: pytest.MonkeyPatch, old: object, new: object, folder: Path, *more: object) -> int:
    words = ("model", "compare", old, new, "--snapshot", folder, "--as-of", DAY, "--engine", "duckdb")
    return run(monkeypatch, *words, *more)


@pytest.mark.row("M7-03")
def test_a_comparison_says_who_moves_and_how_well_each_model_tells(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path, stricter: Path
) -> None:
    outcome = tmp_path / "outcome.csv"
    outcome.write_text("subject_id,bad\n1,0\n2,1\n3,0\n", encoding="utf-8")
    out = tmp_path / "report.json"
    folder = snapshot(tmp_path / "in", county=["410202", "410202", "410203"])
    assert compare(monkeypatch, "general/trial", stricter, folder, "--outcome", outcome, "--out", out) == 0
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["whole"]["subjects"] == 3 and report["whole"]["worse"] == 1
    assert report["points_changed"] == 1
    assert {part["dimension"] for part in report["parts"]} == {"kind", "sector", "county"}
    assert report["discrimination"]["old"]["grades"]["auc"] == {"value": 1.0, "exact": "1"}
    text = capsys.readouterr().out
    assert "下降 1 户" in text and "AUC" in text and "信息不足" in text


def test_a_comparison_is_also_a_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stricter: Path) -> None:
    out = tmp_path / "report.html"
    folder = snapshot(tmp_path / "in", county=["410202", "410202", "410203"])
    assert compare(monkeypatch, "general/trial", stricter, folder, "--out", out) == 0
    page = out.read_text(encoding="utf-8")
    for words in ("谁的等级怎样变动", "PSI", "按县区", "龙亭区", "按主体类型", "<caption>原模型</caption>"):
        assert words in page


def test_records_that_were_not_used_are_told_in_a_comparison(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    folder = snapshot(tmp_path / "in", [("enterprise", "food", [fact(1, age=-5)])])
    out = tmp_path / "report.json"
    assert compare(monkeypatch, "general/trial", "general/trial", folder, "--out", out) == 3
    assert "没有使用：1 条记录的作出日期在评价日" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--out", "report.pdf"), "不知道“report.pdf”是什么格式"),
        (("--out", "nowhere/report.json"), "没有文件夹"),
        (("--out", "report.json", "--outcome", "nothing.csv"), "没有后果文件"),
        (("--out", "report.json", "--engine", "spark"), "没有引擎“spark”"),
    ],
)
def test_a_comparison_that_cannot_be_made_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path, more: tuple[str, ...], words: str
) -> None:
    folder = snapshot(tmp_path / "in", FIRMS)
    monkeypatch.chdir(tmp_path)
    assert compare(monkeypatch, "general/trial", "general/trial", folder, *more) == 2
    assert words in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
