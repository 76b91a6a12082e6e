"""`xinheng policy check` and `show`, as a legal officer meets them."""

import shutil
from pathlib import Path

import pytest

from xinheng.interfaces.cli import main

SEED = Path(__file__).resolve().parents[2] / "policy"


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["xinheng", "policy", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_check_says_of_each_city_what_is_known_and_what_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "check", "--on", "2026-11-20", "--policy", str(SEED)) == 0
    out = capsys.readouterr().out
    for name in ("开封市", "石家庄市", "淮安市淮安区", "南阳市", "平顶山市"):
        assert f"{name}（" in out
    assert "待确认：objections.total_workdays" in out


def test_check_ends_with_2_and_names_the_file_of_a_mistake(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(SEED, tmp_path / "policy")
    (tmp_path / "policy/national/repair.yml").write_text("parameters: []\n", encoding="utf-8")
    assert run(monkeypatch, "check", "--policy", str(tmp_path / "policy")) == 2
    err = capsys.readouterr().err
    assert "policy/national/repair.yml：parameters：应为一组“键: 值”" in err


@pytest.mark.row("M7-12")
def test_check_names_the_model_that_asks_for_what_no_feed_gives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(SEED, tmp_path / "policy")
    (tmp_path / "policy/feeds/food-static-risk.yml").unlink()
    assert run(monkeypatch, "check", "--city", "kaifeng", "--policy", str(tmp_path / "policy")) == 2
    err = capsys.readouterr().err
    assert (
        "policy/models/food/food-risk.yml：indicators.static_class.facts：结果词“food_static_1”没有数据源"
        in err
    )


def test_check_compares_clauses_with_the_documents_at_hand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = "淮政办发〔2020〕80号\n二、加强事前\n（一）承诺。于每月5日前报送\n"
    (tmp_path / "plan.txt").write_text(text, encoding="utf-8")
    words = ("check", "--city", "huaian", "--documents", str(tmp_path), "--policy", str(SEED))
    assert run(monkeypatch, *words) == 2
    err = capsys.readouterr().err
    assert "淮政办发〔2020〕80号没有“五（二）”这一条款" in err
    assert "deadlines.deadlines.commitment_register.basis.0" in err


def test_check_without_documents_skips_the_comparison_plainly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ("check", "--city", "huaian", "--documents", str(tmp_path / "none"), "--policy", str(SEED))
    assert run(monkeypatch, *words) == 0
    assert "不核对条款引用" in capsys.readouterr().out


def test_show_gives_value_day_source_clause_and_whether_it_was_compared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (
        "show",
        "objections.own_workdays",
        "--on",
        "2026-11-20",
        "--city",
        "kaifeng",
        "--policy",
        str(SEED),
    )
    assert run(monkeypatch, *words) == 0
    out = capsys.readouterr().out
    assert "3个工作日" in out
    assert "自2020-05-01起" in out
    assert "《河南省社会信用条例》第四十一条（省层，已与原文核对" in out


def test_show_refuses_an_unknown_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "show", "repair.days", "--policy", str(SEED)) == 2
    assert "repair.accept_workdays" in capsys.readouterr().err


def test_a_policy_folder_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, "check", "--policy", str(tmp_path / "nowhere")) == 2
    assert "没有这个政策文件夹" in capsys.readouterr().err
