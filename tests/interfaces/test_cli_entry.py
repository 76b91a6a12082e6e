"""The command's frame: what a refusal, a bug and a bare call look like from outside."""

import subprocess
import sys

import pytest
import typer

from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.interfaces import cli


def entering(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    frame = typer.Typer(pretty_exceptions_enable=False)

    @frame.command()
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", frame)
    monkeypatch.setattr(sys, "argv", ["xinheng"])
    cli.main()


def test_a_refusal_is_printed_as_it_stands_and_exits_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        entering(monkeypatch, Refusal("X01", "不能这样做。", advice="请换一个文件。"))
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "[X01] 不能这样做。\n怎么办：请换一个文件。\n"


def test_a_policy_mistake_names_every_cause_and_exits_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        entering(monkeypatch, PolicyError(["a.yml：键：原因一", "b.yml：键：原因二"]))
    assert ended.value.code == 2
    assert capsys.readouterr().err == "a.yml：键：原因一\nb.yml：键：原因二\n"


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        entering(monkeypatch, ZeroDivisionError())


def test_start_up_needs_neither_django_nor_duckdb() -> None:
    code = (
        "import sys, xinheng.interfaces.cli\n"
        "heavy = {'django', 'duckdb', 'pyarrow', 'opencc', 'pypinyin', 'chinese_calendar'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_bare_call_shows_the_help_in_chinese() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "xinheng.interfaces.cli", "--help"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONUTF8": "1", "PATH": ""},
    )
    assert done.returncode == 0
    assert "信衡" in done.stdout
