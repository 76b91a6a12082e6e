"""A code of a refusal stands for one thing: who reads it on a page or in a log finds one rule and one way on."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[1] / "src" / "xinheng"

SHARED = {
    "access": "the roles of this person do not open it",
    "COMPARE-FILE": "a file of the comparison cannot be read",
    "E19": "the delivered file cannot be read",
    "EVALUATE-ENGINE": "there is no such engine",
    "EXCHANGE-FILE": "a file of the snapshot cannot be read",
    "EXCHANGE-VALUES": "the snapshot holds values outside its schema",
    "F01": "the disk is full or cannot be written; nothing was written",
    "F03": "the file cannot be opened",
    "G9": "what has ended is opened with a reason only",
    "K01": "the networks of a key cannot be used",
    "RUN-NULL": "a column that must be filled has empty values",
    "X13": "nothing can be had from a declared source",
    "visit_ceiling": "no visit above the ceiling of the year; the gallery shows it",
}
"""Codes that several modules raise because their rooms may not know each other; each still means one thing."""


@cache
def _raised() -> dict[str, dict[str, set[str]]]:
    """Code → module → the sentences as written."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] != "Refusal":
                continue
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                sentence = ast.unparse(node.args[1]) if len(node.args) > 1 else ""
                found[first.value][str(path.relative_to(SOURCES))].add(sentence)
    return found


def test_codes_are_found() -> None:
    assert len(_raised()) > 100


def test_a_code_stands_in_one_module() -> None:
    elsewhere = {
        code: sorted(modules)
        for code, modules in _raised().items()
        if len(modules) > 1 and code not in SHARED
    }
    assert not elsewhere


@pytest.mark.parametrize("code", sorted(SHARED))
def test_a_shared_code_is_still_shared(code: str) -> None:
    assert len(_raised()[code]) > 1
