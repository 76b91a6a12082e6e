"""The help page of a command in Chinese, laid out by the width that characters take on a terminal.

The parser's own page speaks English and cuts what does not fit; this one breaks lines and leaves nothing out.
"""

import inspect
import shutil
import unicodedata
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

WIDEST, NARROWEST = 100, 40
COLUMN = 26
"""Columns that names take before their explanation begins on a line of its own."""


class Command(TyperCommand):
    """A command with a Chinese help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(page(self, ctx))


class Group(TyperGroup):
    """A group of commands with a Chinese help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(page(self, ctx))


class Commands(typer.Typer):
    """The typer app whose commands, and the groups added to it, answer `--help` in Chinese."""

    def command(self, name: str | None = None, **given: Any) -> Any:
        return super().command(name, **{"cls": Command, **given})

    def add_typer(self, typer_instance: typer.Typer, **given: Any) -> None:
        for below in typer_instance.registered_commands:
            below.cls = Command
        super().add_typer(typer_instance, **{"cls": Group, **given})


def page(command: Any, ctx: Any) -> str:
    """Usage, explanation, arguments, options and sub-commands as text that ends with a line break."""
    arguments = [one for one in command.get_params(ctx) if one.param_type_name == "argument"]
    options = [one for one in command.get_params(ctx) if one.param_type_name == "option" and not one.hidden]
    below = getattr(command, "commands", {})
    words = [ctx.command_path, "命令" if below else "", *map(_place, arguments), "[选项]"]
    width = min(WIDEST, max(NARROWEST, shutil.get_terminal_size((80, 24)).columns))
    parts = [[f"用法：{' '.join(filter(None, words))}"], list(_explained(command.help or "", width))]
    for title, rows in (
        ("参数", [(_place(one), one.help or "") for one in arguments]),
        ("命令", [(name, _first_line(below[name].help or "")) for name in below]),
        ("选项", [(_names(one), _told(one)) for one in options]),
    ):
        if rows:
            parts.append([f"{title}：", *(line for row in rows for line in _row(*row, width=width))])
    if below:
        parts.append([f"每个命令的用法：{ctx.command_path} 命令 --help"])
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _place(argument: Any) -> str:
    name = str(argument.metavar or argument.name).rstrip("….")
    return f"{name}…" if argument.nargs == -1 else name


def _names(option: Any) -> str:
    names = ", ".join(option.opts)
    return names if option.is_flag else f"{names} {option.metavar or '值'}"


def _told(option: Any) -> str:
    if option.opts == ["--help"]:
        return "显示这一页"
    told = [option.help or ""]
    if option.required:
        told.append("必填")
    elif option.default not in (None, False, ()) and not callable(option.default):
        told.append(f"缺省为 {option.default}")
    if option.multiple:
        told.append("可给出多次")
    return "；".join(filter(None, told))


def _explained(text: str, width: int) -> Iterator[str]:
    """Paragraphs of the explanation; lines within one are joined."""
    for number, paragraph in enumerate(inspect.cleandoc(text).split("\n\n")):
        if number:
            yield ""
        yield from broken(paragraph.replace("\n", ""), width)


def _first_line(text: str) -> str:
    return inspect.cleandoc(text).split("\n", 1)[0]


def _row(name: str, told: str, *, width: int) -> Iterator[str]:
    lines = list(broken(told, width - COLUMN))
    shown = f"  {name}"
    if columns(shown) > COLUMN - 2:
        yield shown
    else:
        first = lines.pop(0) if lines else ""
        yield f"{shown}{' ' * (COLUMN - columns(shown))}{first}".rstrip()
    yield from (f"{' ' * COLUMN}{line}" for line in lines)


def broken(text: str, width: int) -> Iterator[str]:
    """Lines no wider than ``width``. Latin words stay whole; no line begins with a closing mark."""
    line = ""
    for piece in _pieces(text):
        if columns(line + piece.rstrip()) > width and line:
            yield line.rstrip()
            line = piece.lstrip()
        else:
            line += piece
    if line.strip():
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """What may not be parted: a word with the marks that close it, a Chinese character with those after it."""
    piece = ""
    for character in text:
        closes = character in "，。、；：？！）》”…"
        parts = bool(piece) and not closes and (_wide(character) or piece[-1] == " " or _wide(piece[-1]))
        if parts and piece[-1] not in "（《“":
            yield piece
            piece = ""
        piece += character
    yield piece


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def columns(text: str) -> int:
    """Columns of a terminal that the text takes."""
    return sum(2 if _wide(character) or character in "“”…" else 1 for character in text)
