"""Where a result cannot be written is said in Chinese, before the work begins, and nothing is left behind."""

import errno
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from xinheng.core.refusal import Refusal
from xinheng.interfaces import cli
from xinheng.interfaces.cli import targets


@pytest.mark.parametrize(
    "words",
    [
        "codes check in.csv --column 代码 --out missing/out.csv",
        "codes check in.csv --column 代码 --out .",
        "codes check in.csv --column 代码 --out in.csv",
        "calendar export --from 2024 --to 2024 --out in.csv",
        "sample-city --out in.csv/below",
        "import in.csv --report missing/r.json",
        "import in.csv --returned in.csv",
    ],
)
def test_every_command_refuses_a_place_where_it_cannot_write(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("代码\n1\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["xinheng", *words.split()])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert "[OUT01] --" in printed.err
    assert "不能写到" in printed.err
    assert "怎么办：" in printed.err
    assert [left.name for left in tmp_path.iterdir()] == ["in.csv"]
    assert Path("in.csv").read_text(encoding="utf-8") == "代码\n1\n"


def test_a_folder_without_permission_is_named_by_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(**_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(targets.tempfile, "NamedTemporaryFile", denied)
    with pytest.raises(Refusal, match="所在的磁盘只能读，不能写"):
        targets.check_file(tmp_path / "r.json", option="--report")
    with pytest.raises(Refusal, match="所在的磁盘只能读，不能写"):
        targets.make_folder(tmp_path, option="--out")


def _full() -> Iterator[bytes]:
    yield b"l"
    raise OSError(errno.ENOSPC, "No space left on device")


def _spoilt() -> Iterator[bytes]:
    yield b"l"
    raise Refusal("F07", "存档被改动。")


@pytest.mark.parametrize(("pieces", "code"), [(_full, "OUT02"), (_spoilt, "F07")])
def test_a_result_that_cannot_be_finished_leaves_the_earlier_one(
    tmp_path: Path, pieces: Callable[[], Iterator[bytes]], code: str
) -> None:
    path = tmp_path / "r.json"
    path.write_text("earlier", encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        targets.write_pieces(path, pieces(), option="--report", advice="再试。")
    assert refused.value.code == code
    assert path.read_text(encoding="utf-8") == "earlier"
    assert [left.name for left in tmp_path.iterdir()] == ["r.json"]
    targets.write_text(path, "later", option="--report")
    assert path.read_text(encoding="utf-8") == "later"
