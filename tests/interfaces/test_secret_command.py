"""`xinheng secret` takes a value from standard input and shows it to nobody."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.help_page import Commands
from xinheng.interfaces.cli.secret import register

app = Commands()
register(app)


def _run(*words: str, told: str = "") -> str:
    result = CliRunner().invoke(app, list(words), input=told)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.mark.guard("G13")
def test_a_secret_is_entered_and_removed(home: Path) -> None:
    said = _run("permits", told="s3cr3t 令牌\n")
    assert "已登记密文“permits”" in said
    assert "s3cr3t" not in said
    kept = json.loads((home / "secrets.json").read_text(encoding="utf-8"))
    assert kept["connectors"] == {"permits": "s3cr3t 令牌"}
    _run("permits", "--remove")
    assert json.loads((home / "secrets.json").read_text(encoding="utf-8"))["connectors"] == {}


@pytest.mark.parametrize(
    ("name", "told"), [("许可", "x\n"), ("a b", "x\n"), ("permits", "\n"), ("permits", "")]
)
def test_what_is_no_secret_is_refused(home: Path, name: str, told: str) -> None:
    with pytest.raises(Refusal):
        _run(name, told=told)
    assert not (home / "secrets.json").exists()
