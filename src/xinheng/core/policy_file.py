"""Reads one policy file strictly: every mistake is named by file, key and cause.

YAML 1.1 turns ``NO`` into false and ``0101`` into 65, and lets a later key silently win over an
earlier one. Law must not depend on that: plain scalars other than integers, decimals, true, false and
null stay text, and a duplicate key is refused.
"""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError


class PolicyError(Exception):
    """A policy file cannot be used. ``causes`` are Chinese lines ``文件：键：原因``."""

    def __init__(self, causes: list[str]) -> None:
        super().__init__("\n".join(causes))
        self.causes = causes


class _StrictLoader(yaml.SafeLoader):
    """YAML in which only what looks like a number to everybody is one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)  # type: ignore[no-untyped-call]
            if key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.constructor.ConstructorError(None, None, f"第{line}行：键“{key}”重复", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


_StrictLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
):
    _StrictLoader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))  # type: ignore[no-untyped-call]


def read_strict(path: Path) -> Any:
    """Parse ``path``; raises PolicyError with the file and the place of the mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError([f"{path}：无法读取（{error}）；请确认文件存在且为 UTF-8 编码"]) from error
    try:
        return yaml.load(text, Loader=_StrictLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第{mark.line + 1}行第{mark.column + 1}列" if mark else "位置不明"
        raise PolicyError([f"{path}：{where}：{getattr(error, 'problem', error)}"]) from error


M = TypeVar("M", bound=BaseModel)


def parse(model: type[M], data: Any, *, file: Path | str) -> M:
    """Validate ``data`` against ``model``; raises PolicyError with one line a mistake."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        causes = [
            f"{file}：{'.'.join(str(part) for part in item['loc']) or '(文件)'}：{item['msg']}"
            for item in error.errors()
        ]
        raise PolicyError(causes) from error
