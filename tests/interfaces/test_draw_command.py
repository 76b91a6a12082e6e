import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from xinheng.core.draw_rule import blind_key
from xinheng.interfaces import cli

EXAMPLE = Path(__file__).parents[2] / "docs" / "draw-example.json"
RECORD = json.loads(EXAMPLE.read_text(encoding="utf-8"))


@dataclass
class Answer:
    exit_code: int
    output: str


@pytest.fixture
def run(monkeypatch, capsys):
    """The command as from a terminal: what it prints on both outputs, and its exit code."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["xinheng", "draw", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return Answer(ended.value.code, printed.out + printed.err)

    return call


def written(path, record):
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


def test_a_right_record_ends_with_zero_and_says_what_was_drawn(run):
    result = run("verify", EXAMPLE)
    assert result.exit_code == 0
    assert "核验通过" in result.output
    assert "抽中28个" in result.output
    assert RECORD["announcement_digest"] in result.output
    assert run("verify", EXAMPLE, "--announced", RECORD["announcement_digest"]).exit_code == 0


def test_a_forged_record_ends_with_one_and_names_what_is_wrong(run, tmp_path):
    drawn = [*RECORD["drawn"][:-1], RECORD["drawn"][-1] | {"key": "strict0000"}]
    result = run("verify", written(tmp_path / "forged.json", RECORD | {"drawn": drawn}))
    assert result.exit_code == 1
    assert "核验不通过" in result.output
    assert "应抽未抽1个" in result.output


def test_another_announcement_than_the_published_one_ends_with_one(run):
    result = run("verify", EXAMPLE, "--announced", "sha256:" + "0" * 64)
    assert result.exit_code == 1
    assert "抽取前公布的摘要" in result.output


def test_strata_are_named_by_the_words_of_the_announcement(run):
    said = run("verify", EXAMPLE).output
    for stratum in RECORD["announcement"]["strata"]:
        assert f"  {stratum['name']}：共" in said
        assert stratum["key"] not in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "JSON"),
        (EXAMPLE.read_bytes()[:900], "JSON"),
        (b"\xff\xfe\x00", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "不是一份抽取记录"),
        (b"{}", "不是一份抽取记录"),
        (b'{"format": 1, "format": 1}', "同一键出现两次"),
    ],
)
def test_what_is_no_record_is_refused_with_a_sentence(run, tmp_path, content, words):
    file = tmp_path / "record.json"
    file.write_bytes(content)
    result = run("verify", file)
    assert result.exit_code == 2
    assert "[DRW02] record.json：" in result.output
    assert words in result.output
    assert "怎么办：" in result.output


@pytest.mark.parametrize("found", [2, 0, "1", None, True, 1.5])
def test_a_format_that_is_not_known_is_not_called_wrong(run, tmp_path, found):
    result = run("verify", written(tmp_path / "r.json", RECORD | {"format": found}))
    assert result.exit_code == 2
    assert "[DRW03]" in result.output
    assert f"format {json.dumps(found)}，本程序只能核验 format 1。" in result.output
    assert "没有核验，不表示记录正确或不正确" in result.output
    assert "核验不通过" not in result.output


def test_a_record_of_a_known_format_that_lacks_its_content_is_wrong(run, tmp_path):
    result = run("verify", written(tmp_path / "r.json", {"format": 1}))
    assert result.exit_code == 1
    assert "记录格式：缺少" in result.output


def test_a_file_that_cannot_be_opened_is_refused_in_chinese(run, tmp_path):
    missing = run("verify", tmp_path / "nowhere.json")
    assert missing.exit_code == 2
    assert "nowhere.json：文件或文件夹不存在。" in missing.output
    folder = run("find", tmp_path, "--identity", "x", "--opening", "y")
    assert folder.exit_code == 2
    assert "这是文件夹，不是文件" in folder.output


def test_an_enterprise_finds_itself_by_its_opening(run, tmp_path):
    opening = "ab" * 32
    key = blind_key(opening, identity="9100000000EXAMPLE0")
    pool = RECORD["objects"] | {"calm": [key]}
    file = written(tmp_path / "r.json", RECORD | {"objects": pool})
    found = run("find", file, "--identity", "9100000000EXAMPLE0", "--opening", opening)
    assert found.exit_code == 0
    name = RECORD["announcement"]["strata"][0]["name"]
    assert f"在名录中，属于“{name}”，未被抽中" in found.output
    drawn = written(
        tmp_path / "d.json",
        RECORD | {"objects": pool, "drawn": [{"stratum": "calm", "key": key, "team": []}]},
    )
    again = run("find", drawn, "--identity", "9100000000EXAMPLE0", "--opening", opening)
    assert "”，被抽中" in again.output
    other = run("find", file, "--identity", "9100000000EXAMPLE1", "--opening", opening)
    assert other.exit_code == 1
    assert "不在本次名录中" in other.output


def test_looking_into_a_malformed_record_is_refused(run, tmp_path):
    file = written(tmp_path / "r.json", {"format": 1, "objects": 1})
    result = run("find", file, "--identity", "x", "--opening", "y")
    assert result.exit_code == 2
    assert "不合格式" in result.output
