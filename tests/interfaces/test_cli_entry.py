"""The command's frame: what a refusal, a bug and a bare call look like from outside."""

import subprocess
import sys

import pytest
import typer

from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.interfaces import cli
from xinheng.interfaces.cli.usage import in_chinese


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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("nope", "没有命令 nope。"),
        ("imprt", "没有命令 imprt。相近的有：import。"),
        ("serve --prot 1", "没有选项 --prot。相近的有：--host, --port。"),
        ("serve --port x", "--port 的值不对：应是整数。"),
        ("serve --threads 0", "--threads 的值不对：不能小于 1。"),
        ("sample-city --dirt 9", "--dirt 的值不对：不能大于 5。"),
        ("demo --serve=1", "选项 --serve 后面不写值。"),
        ("demo --size xl", "没有规模“xl”。"),
        ("policy show x --on 5", "“5”不是日期。"),
        ("codes check", "缺少参数 文件。"),
        ("codes check a.csv", "缺少选项 --column。"),
        ("codes check a.csv --column", "选项 --column 后面要写值。"),
        ("codes check a.csv --column b --out c --bad", "没有选项 --bad。"),
        ("codes check a.csv b.csv --column b --out c", "多余的参数：b.csv。"),
        ("calendar export --from x --to 3 --out c", "--from 的值不对：应是整数。"),
    ],
)
def test_a_wrong_command_line_is_answered_in_chinese(
    arguments: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["xinheng", *arguments.split()])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert "怎么办：" in printed


def test_a_command_decides_its_own_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit) as ended:
        entering(monkeypatch, typer.Exit(7))
    assert ended.value.code == 7


def test_a_message_the_translation_does_not_know_is_still_shown() -> None:
    assert "Something new" in in_chinese("Something new happened")
