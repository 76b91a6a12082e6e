"""The command `xinheng`: each module named in COMMANDS adds its own commands to one typer app.

A module exposes ``register(app)`` and imports Django, DuckDB and other heavy libraries only inside its
commands, so that `xinheng --help` answers at once and needs no database. A rule that says no (Refusal,
PolicyError) is printed as it stands and ends with exit code 2; a bug ends with 1 and its traceback.
"""

import sys
from importlib import import_module
from typing import Any, Protocol, cast

import typer

from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.help_page import Commands, Group
from xinheng.interfaces.cli.usage import in_chinese

COMMANDS: tuple[str, ...] = (
    "demo",
    "serve",
    "importing",
    "codes",
    "matching",
    "screening",
    "calendar",
    "draw",
    "plan",
    "policy",
    "models",
    "evaluating",
    "snapshotting",
    "rebuilding",
    "ledger",
    "effects",
    "letters",
    "reports",
    "open_tables",
    "account",
    "secret",
    "exchange",
    "sample",
)
"""Modules of this package that add commands, in the order of the help page."""

REFUSED = 2


class CommandModule(Protocol):
    """What a module of this package offers."""

    def register(self, app: typer.Typer) -> None: ...


app = Commands(
    name="xinheng",
    cls=Group,
    help="信衡：以信用为基础的企业监管平台。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """Keeps sub-commands named even while only one is registered."""


for _name in COMMANDS:
    cast(CommandModule, import_module(f"{__name__}.{_name}")).register(app)


def main() -> None:
    """Entry point of the console script."""
    try:
        code = app(standalone_mode=False, prog_name="xinheng")
    except (Refusal, PolicyError) as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(REFUSED)
    except typer.Abort:
        print("已中断。", file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        _show_usage(error)
        sys.exit(REFUSED)
    sys.exit(code if isinstance(code, int) else 0)


def _show_usage(error: Any) -> None:
    """A command line the parser refused; called without any word it answers with the help page."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return
    print(in_chinese(error.format_message()), file=sys.stderr)
    command = error.ctx.command_path if getattr(error, "ctx", None) else "xinheng"
    print(f"怎么办：运行 {command} --help 查看用法。", file=sys.stderr)
