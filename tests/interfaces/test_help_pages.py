"""Every command explains itself in Chinese, whole, on a narrow and on a wide terminal."""

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from xinheng.interfaces import cli
from xinheng.interfaces.cli.help_page import broken, columns

ENGLISH = re.compile(r"Usage|Options|Arguments|Commands|\[required\]|\[default|Show this|[A-Z]{4,}\b")
NAMES = re.compile(r"XINHENG_[A-Z]+|PARQUET|UTF-8|JSON|XLSX|GB18030|FILE")


def _commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, (*words, name))


COMMANDS = list(_commands(get_command(cli.app)))


def page_of(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    monkeypatch.setattr(sys, "argv", ["xinheng", *words, "--help"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_help_page_is_chinese_whole_and_fits(
    words: tuple[str, ...], width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shown = page_of(words, monkeypatch, capsys)
    assert shown.startswith(f"用法：{' '.join(('xinheng', *words))} ")
    assert not ENGLISH.search(NAMES.sub("", shown))
    body = shown.splitlines()[1:]
    assert max(map(columns, body)) <= width
    assert not [line for line in body if line.strip().startswith(("，", "。", "；", "：", "）", "、"))]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_argument_option_and_command_is_explained(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    command: Any = get_command(cli.app)
    for word in words:
        command = command.commands[word]
    shown = "".join(page_of(words, monkeypatch, capsys).split())
    assert command.help
    for parameter in command.params:
        assert parameter.help, parameter.name
        assert "".join(parameter.help.split()) in shown, parameter.name
    for name in getattr(command, "commands", {}):
        assert name in shown


def test_a_group_without_a_command_shows_its_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["xinheng", "draw"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert "用法：xinheng draw 命令 [选项]" in printed.out + printed.err


def test_the_import_page_tells_its_exit_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = page_of(("import",), monkeypatch, capsys)
    told = "".join(shown.splitlines())
    assert "退出码：0 每个文件都已读入" in told
    assert "1 有文件无法读取" in told
    assert "2 命令没有执行" in told


@pytest.mark.parametrize("width", [10, 17, 40])
def test_lines_are_broken_without_losing_a_word(width: int) -> None:
    text = "把结果写成 JSON（UTF-8），缺省为 XINHENG_HOME；“名录”中的对象、单位。"
    lines = list(broken(text, width))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(columns(line) for line in lines) <= max(width, columns("XINHENG_HOME；"))
    assert not [line for line in lines if line[0] in "，。；：）”、"]
