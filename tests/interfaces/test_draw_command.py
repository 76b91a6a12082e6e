import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from xinheng.core.draw_rule import blind_key
from xinheng.interfaces.cli.draw import register

EXAMPLE = Path(__file__).parents[2] / "docs" / "draw-example.json"
RECORD = json.loads(EXAMPLE.read_text(encoding="utf-8"))

app = typer.Typer()
app.callback()(lambda: None)
register(app)


def run(*arguments):
    return CliRunner().invoke(app, ["draw", *map(str, arguments)])


def written(path, record):
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


def test_a_right_record_ends_with_zero_and_says_what_was_drawn():
    result = run("verify", EXAMPLE)
    assert result.exit_code == 0
    assert "核验通过" in result.output
    assert "抽中28个" in result.output
    assert RECORD["announcement_digest"] in result.output
    assert run("verify", EXAMPLE, "--announced", RECORD["announcement_digest"]).exit_code == 0


def test_a_forged_record_ends_with_one_and_names_what_is_wrong(tmp_path):
    drawn = [*RECORD["drawn"][:-1], RECORD["drawn"][-1] | {"key": "strict0000"}]
    result = run("verify", written(tmp_path / "forged.json", RECORD | {"drawn": drawn}))
    assert result.exit_code == 1
    assert "核验不通过" in result.output
    assert "应抽未抽1个" in result.output


def test_another_announcement_than_the_published_one_ends_with_one():
    result = run("verify", EXAMPLE, "--announced", "sha256:" + "0" * 64)
    assert result.exit_code == 1
    assert "抽取前公布的摘要" in result.output


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "JSON"),
        (EXAMPLE.read_bytes()[:900], "JSON"),
        (b"\xff\xfe\x00", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "不是一份抽取记录"),
        (b'{"format": 1, "format": 1}', "同一键出现两次"),
        (b'{"format": 2}', "记录格式"),
        (b'{"format": NaN}', "记录格式"),
    ],
)
def test_what_is_no_record_ends_with_one_and_a_sentence(tmp_path, content, words):
    file = tmp_path / "record.json"
    file.write_bytes(content)
    result = run("verify", file)
    assert result.exit_code == 1
    assert words in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_a_missing_file_ends_with_one(tmp_path):
    result = run("verify", tmp_path / "nowhere.json")
    assert result.exit_code == 1
    assert "打不开文件" in result.output


def test_an_enterprise_finds_itself_by_its_opening(tmp_path):
    opening = "ab" * 32
    key = blind_key(opening, identity="9100000000EXAMPLE0")
    pool = RECORD["objects"] | {"calm": [key]}
    file = written(tmp_path / "r.json", RECORD | {"objects": pool})
    found = run("find", file, "--identity", "9100000000EXAMPLE0", "--opening", opening)
    assert found.exit_code == 0
    assert "未被抽中" in found.output
    drawn = written(
        tmp_path / "d.json",
        RECORD | {"objects": pool, "drawn": [{"stratum": "calm", "key": key, "team": []}]},
    )
    assert (
        "层中，被抽中" in run("find", drawn, "--identity", "9100000000EXAMPLE0", "--opening", opening).output
    )
    other = run("find", file, "--identity", "9100000000EXAMPLE1", "--opening", opening)
    assert other.exit_code == 1
    assert "不在本次名录中" in other.output


def test_looking_into_a_malformed_record_is_refused(tmp_path):
    result = run("find", written(tmp_path / "r.json", {"objects": 1}), "--identity", "x", "--opening", "y")
    assert result.exit_code == 1
    assert "不合格式" in result.output
