"""Reads one policy file strictly: every mistake is named by file, key and cause.

YAML 1.1 turns ``NO`` into false and ``0101`` into 65, and lets a later key silently win over an
earlier one. Law must not depend on that: plain scalars other than integers, decimals, true, false and
null stay text, and a duplicate key is refused.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from xinheng.core.os_errors import os_cause

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PolicyError(Exception):
    """A policy file cannot be used. ``causes`` are Chinese lines ``文件：键：原因``."""

    def __init__(self, causes: list[str]) -> None:
        super().__init__("\n".join(causes))
        self.causes = causes


class PolicyModel(BaseModel):
    """A part of a policy file: frozen, and a key it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_DEEPEST = 60
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")


def _plain(text: str) -> Any:
    """The value of an unquoted scalar: only what looks like a number to everybody is one."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in "-0123456789":
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
    return text


class _Builder:
    """Builds values from the parser's events. An anchored part is built once: aliases cannot multiply."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.events = events
        self.anchored: dict[str, Any] = {}

    def document(self) -> Any:
        value = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                value = self._value(next(self.events), 0)
                next(self.events)
                extra = next(self.events)
                if not isinstance(extra, yaml.StreamEndEvent):
                    raise _mistake("一个文件只能有一个文档", extra)
        return value

    def _value(self, event: yaml.Event, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchored:
                raise _mistake(f"“*{event.anchor}”没有出处，或引用了自己", event)
            return self.anchored[event.anchor]
        assert isinstance(event, yaml.NodeEvent)
        if getattr(event, "tag", None) is not None:
            raise _mistake("不使用标签（!）", event)
        if depth > _DEEPEST:
            raise _mistake("嵌套过深", event)
        if isinstance(event, yaml.ScalarEvent):
            value = _plain(event.value) if event.implicit[0] else event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(depth + 1)
        else:
            value = self._mapping(depth + 1)
        if event.anchor is not None:
            self.anchored[event.anchor] = value
        return value

    def _sequence(self, depth: int) -> list[Any]:
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(event, depth))
        return items

    def _mapping(self, depth: int) -> dict[Any, Any]:
        table: dict[Any, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _mistake("键只能是文字或整数", event)
            key = self._value(event, depth)
            if key in table:
                raise _mistake(f"键“{key}”重复", event)
            table[key] = self._value(next(self.events), depth)
        return table


def _mistake(cause: str, event: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(None, None, cause, event.start_mark)


def read_strict(path: Path) -> Any:
    """Parse ``path``; raises PolicyError with the file and the place of the mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        cause = os_cause(error) if isinstance(error, OSError) else "不是 UTF-8 编码"
        raise PolicyError([f"{path}：无法读取（{cause}）；请确认文件存在且为 UTF-8 编码"]) from error
    return read_strict_text(text, file=path)


def read_strict_text(text: str, *, file: Path | str) -> Any:
    """As read_strict, of a text that is at hand; ``file`` names it in the causes."""
    try:
        return _Builder(yaml.parse(text, Loader=_Loader)).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第{mark.line + 1}行第{mark.column + 1}列" if mark else "位置不明"
        raise PolicyError([f"{file}：{where}：{getattr(error, 'problem', None) or error}"]) from error


M = TypeVar("M", bound=BaseModel)


def parse(model: type[M], data: Any, *, file: Path | str) -> M:
    """Validate ``data`` against ``model``; raises PolicyError with one line a mistake."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        causes = [
            f"{file}：{'.'.join(str(part) for part in item['loc']) or '(文件)'}：{_in_chinese(item)}"
            for item in _first_causes(error.errors())
        ]
        raise PolicyError(causes) from error


def _first_causes(items: list[Any]) -> list[Any]:
    """Without lists that only look too short because their own parts are mistaken."""
    places = [item["loc"] for item in items]
    return [
        item
        for item in items
        if item["type"] != "too_short"
        or not any(
            len(place) > len(item["loc"]) and place[: len(item["loc"])] == item["loc"] for place in places
        )
    ]


_CAUSES = {
    "missing": "缺少必填的键",
    "extra_forbidden": "未知的键",
    "int_type": "必须是整数",
    "int_parsing": "必须是整数",
    "int_from_float": "必须是整数",
    "string_type": "必须是文字",
    "bool_type": "必须写 true 或 false",
    "bool_parsing": "必须写 true 或 false",
    "date_type": "必须是日期，如 2026-04-01",
    "date_parsing": "必须是日期，如 2026-04-01",
    "date_from_datetime_parsing": "必须是日期，如 2026-04-01",
    "dict_type": "必须是一组“键: 值”",
    "model_type": "必须是一组“键: 值”",
    "model_attributes_type": "必须是一组“键: 值”",
    "list_type": "必须是一个列表",
    "tuple_type": "必须是一个列表",
    "enum": "取值只能是 {expected}",
    "literal_error": "取值只能是 {expected}",
    "string_pattern_mismatch": "写法不符合 {pattern}",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "至多 {max_length} 个字",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "greater_than": "必须大于 {gt}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than": "必须小于 {lt}",
    "less_than_equal": "不得大于 {le}",
}


_LETTERS = {"^[A-Za-z]": "字母", "^[a-z]": "小写字母"}


def _in_chinese(item: Any) -> str:
    """The cause of one pydantic error; messages of own validators stand as they are."""
    if item["type"] == "value_error":
        return str(item["ctx"]["error"])
    if item["type"] == "string_pattern_mismatch":
        first = next(
            (word for start, word in _LETTERS.items() if item["ctx"]["pattern"].startswith(start)), ""
        )
        if first:
            return f"“{item['input']}”不是代码：须以{first}开头，只含{first}、数字和连接符（写法 {item['ctx']['pattern']}）"
    template = _CAUSES.get(item["type"])
    return template.format(**item.get("ctx", {})) if template else str(item["msg"])
