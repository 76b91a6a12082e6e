"""A policy file is read as everybody would read it, or refused with the place of the mistake."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from xinheng.core.policy_file import PolicyError, PolicyModel, parse, read_strict


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rule.yml"


def cause_of(file: Path, text: str) -> str:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        read_strict(file)
    return refused.value.causes[0].removeprefix(f"{file}：")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"), ("yes", "yes"), ("on", "on"), ("0101", "0101"), ("12:30:45", "12:30:45"), ("0x1f", "0x1f"),
        ("1e3", "1e3"), ("2026-04-01", "2026-04-01"), ("+1", "+1"), ("1_000", "1_000"), (".5", ".5"),
        ("12", 12), ("-3", -3), ("0", 0), ("0.5", 0.5), ("true", True), ("null", None), ("", None), ("~", None),
        ("'12'", "12"), ('"true"', "true"), ("7个工作日", "7个工作日"),
    ],
)  # fmt: skip
def test_only_what_looks_like_a_number_to_everybody_is_one(file: Path, text: str, value: object) -> None:
    file.write_text(f"key: {text}\n", encoding="utf-8")
    read = read_strict(file)["key"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("a: 1\nb: 2\na: 3\n", "第3行第1列：键“a”重复"),
        ("a: {x: 1, x: 2}\n", "第1行第11列：键“x”重复"),
        ("? [1]\n: 2\n", "第1行第3列：键只能是文字或整数"),
        ("a: !!python/object:os.system 1\n", "第1行第4列：不使用标签"),
        ("a: !!int x\n", "第1行第4列：不使用标签"),
        ("a: &one [1, *one]\n", "第1行第13列：“*one”没有出处，或引用了自己"),
        ("a: 1\n---\nb: 2\n", "第2行第1列：一个文件只能有一个文档"),
        ("a: [1\n", "第2行第1列："),
        ("a: *nowhere\n", "第1行第4列："),
        ("[" * 300_000, "第1行第62列：嵌套过深"),
    ],
)
def test_a_mistake_is_named_with_its_place(file: Path, text: str, cause: str) -> None:
    assert cause_of(file, text).startswith(cause)


def test_a_file_that_is_not_there_or_not_utf8_is_named(file: Path) -> None:
    with pytest.raises(PolicyError) as refused:
        read_strict(file)
    assert "无法读取" in refused.value.causes[0]
    file.write_bytes("键: 值".encode("gb18030"))
    with pytest.raises(PolicyError) as refused:
        read_strict(file)
    assert "UTF-8" in refused.value.causes[0]


def test_aliases_cannot_multiply(file: Path) -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    file.write_text("\n".join(lines), encoding="utf-8")
    read = read_strict(file)
    assert read["a29"][0] is read["a29"][8]


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["C"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc甲乙", max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(tree=TREES)
def test_json_is_read_as_json(tree: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.getbasetemp() / "tree.yml"
    file.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    assert read_strict(file) == tree


class Rule(PolicyModel):
    value: int = Field(ge=1, le=9)
    share: Decimal | None = None
    kind: Literal["a", "b"]
    parts: tuple[int, ...] = Field(min_length=1)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ({"kind": "a", "parts": [1]}, "value：缺少必填的键"),
        ({"value": 3, "kind": "a", "parts": [1], "x": 1}, "x：未知的键"),
        ({"value": "三", "kind": "a", "parts": [1]}, "value：必须是整数"),
        ({"value": 0, "kind": "a", "parts": [1]}, "value：不得小于 1"),
        ({"value": 10, "kind": "a", "parts": [1]}, "value：不得大于 9"),
        ({"value": 3, "kind": "c", "parts": [1]}, "kind：取值只能是 'a' or 'b'"),
        ({"value": 3, "kind": "a", "parts": []}, "parts：至少要有 1 项"),
        ({"value": 3, "kind": "a", "parts": ["x"]}, "parts.0：必须是整数"),
        ([], "(文件)：必须是一组“键: 值”"),
    ],
)
def test_each_mistake_of_a_part_has_one_chinese_cause(content: object, cause: str) -> None:
    with pytest.raises(PolicyError) as refused:
        parse(Rule, content, file="rule.yml")
    assert refused.value.causes == [f"rule.yml：{cause}"]
