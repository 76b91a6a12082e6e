"""`xinheng sample-city`: a folder that is complete or absent, and Chinese words where it cannot be made."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli import app

CITIES = ("kaifeng", "shijiazhuang", "huaian", "nanyang", "pingdingshan")


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["sample-city", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.mark.parametrize("city", CITIES)
def test_each_city_sends_under_the_names_of_its_own_departments(city: str, tmp_path: Path) -> None:
    out = tmp_path / city
    assert "埋入的问题" in _run("--city", city, "--size", "s", "--out", str(out))
    planted = json.loads((out / "planted.json").read_text(encoding="utf-8"))
    name = {"huaian": "淮安市淮安区"}.get(city) or planted["files"][0]["sender"][:2]
    senders = {entry["sender"] for entry in planted["files"]}
    assert all((out / entry["path"]).is_file() for entry in planted["files"])
    assert sum(sender.startswith((name, "国家税务总局")) for sender in senders) >= len(senders) - 1


def test_a_folder_with_content_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Refusal, match="已有内容"):
        _run("--out", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_unknown_size_and_day_are_refused_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="可选 s、m、l"):
        _run("--size", "xl", "--out", str(tmp_path / "city"))
    with pytest.raises(Refusal, match="不是日期"):
        _run("--as-of", "20/11/2026", "--out", str(tmp_path / "city"))
    assert not (tmp_path / "city").exists()


def test_tables_are_written_instead_of_files(tmp_path: Path) -> None:
    assert "2000户" in _run("--tables", "--out", str(tmp_path / "tables"))
    names = sorted(path.name for path in (tmp_path / "tables").iterdir())
    assert names == ["records-000.parquet", "subjects.parquet"]
