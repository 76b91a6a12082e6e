"""The table of conformance is what the markers of the tests say, and it names nothing that does not exist."""

import re
from pathlib import Path

import pytest
from tests.conformance import ROOT, TABLE, Asked, Row, asked, document, generated, marks_in, marks_of, state

from xinheng.core.policy_file import parse

ASKED = asked()


def test_the_table_is_up_to_date() -> None:
    written = (ROOT / TABLE).read_text(encoding="utf-8")
    assert written == generated(), "run: python -m tests.conformance"


def test_every_marker_names_a_row_or_guard_that_exists() -> None:
    known = {("row", name) for name in ASKED.rows} | {("guard", name) for name in ASKED.guards}
    assert not [mark for mark in marks_in(ROOT / "tests") if (mark.kind, mark.id) not in known]


def test_every_row_belongs_to_a_module_and_a_document() -> None:
    for name, row in ASKED.rows.items():
        assert name.partition("-")[0] in ASKED.modules
        assert {clause.partition("-")[0] for clause in row.clauses} <= set(ASKED.documents), name


def test_every_source_is_a_document_of_policy() -> None:
    named = {source for row in (*ASKED.rows.values(), *ASKED.guards.values()) for source in row.sources}
    named |= set(ASKED.documents.values())
    assert not [source for source in named if not (ROOT / "policy" / "sources" / f"{source}.yml").is_file()]


def test_nothing_is_called_whole_without_a_test_or_with_something_lacking() -> None:
    tested = {(mark.kind, mark.id) for mark in marks_in(ROOT / "tests")}
    for kind, rows in (("row", ASKED.rows), ("guard", ASKED.guards)):
        whole = {name for name, row in rows.items() if row.whole}
        assert not {name for name in whole if (kind, name) not in tested or rows[name].lacks}


def test_every_command_named_exists() -> None:
    from typer.main import get_command

    from xinheng.interfaces.cli import app

    pages = {page for row in (*ASKED.rows.values(), *ASKED.guards.values()) for page in row.pages}
    for page in pages:
        words = page.split()
        assert page[0] == "/" or words[0] == "xinheng", page
        if words[0] == "xinheng":
            command = get_command(app)
            for word in words[1:]:
                command = command.commands[word]  # type: ignore[attr-defined]


def test_every_route_named_exists() -> None:
    from django.urls import get_resolver

    routes = {_without_parameters(f"/{route}") for route in _routes(get_resolver())}
    pages = [page for row in (*ASKED.rows.values(), *ASKED.guards.values()) for page in row.pages]
    assert not [page for page in pages if page[0] == "/" and _without_parameters(page) not in routes]


def _routes(resolver: object, before: str = "") -> list[str]:
    found = []
    for pattern in getattr(resolver, "url_patterns", ()):
        route = f"{before}{getattr(pattern.pattern, '_route', '')}"
        found += _routes(pattern, route) if hasattr(pattern, "url_patterns") else [route]
    return found


def _without_parameters(route: str) -> str:
    return re.sub(r"<[^>]*>", "<>", route)


SOURCE = """
import pytest

pytestmark = [pytest.mark.row("M1-01")]


@pytest.mark.guard("G1")
@pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.row("M1-02"))])
def test_one(n): ...


class TestMore:
    pytestmark = pytest.mark.row("M1-03")

    @pytest.mark.row("M1-04", "M1-05")
    def test_two(self): ...


@pytest.mark.skip(reason="later")
@pytest.mark.row("M9-01")
def test_three(): ...


@pytest.mark.row("M9-02")
@pytest.mark.xfail
def test_four(): ...


@pytest.mark.row("M9-03")
def not_a_test(): ...
"""


def test_markers_are_found_wherever_they_may_stand() -> None:
    found = {(mark.id, mark.test) for mark in marks_of(SOURCE, file="t.py")}
    assert found == {
        ("M1-01", "t.py::test_one"),
        ("G1", "t.py::test_one"),
        ("M1-02", "t.py::test_one"),
        ("M1-01", "t.py::TestMore::test_two"),
        ("M1-03", "t.py::TestMore::test_two"),
        ("M1-04", "t.py::TestMore::test_two"),
        ("M1-05", "t.py::TestMore::test_two"),
    }


def test_a_marker_that_is_computed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"t\.py:2: a marker names its row by a plain text"):
        list(marks_of("\n@pytest.mark.row(NAME)\ndef test_one(): ...\n", file="t.py"))


def test_a_row_without_a_test_is_open_and_one_not_compared_is_in_part() -> None:
    assert state(Row(name="", whole=True), []) == "open"
    assert state(Row(name=""), ["t"]) == "in part"
    assert state(Row(name="", whole=True), ["t"]) == "proven"


def test_the_table_says_who_asks_what_proves_it_and_what_lacks(tmp_path: Path) -> None:
    table = parse(
        Asked,
        {
            "documents": {"KF": "plan"},
            "modules": {"M1": "Subjects"},
            "rows": {
                "M1-01": {"name": "Codes | names", "clauses": ["KF-11"], "lacks": "names"},
                "M1-02": {
                    "name": "Older codes",
                    "clauses": ["KF-2", "KF-11"],
                    "pages": ["xinheng codes check"],
                },
            },
            "guards": {"G1": {"name": "Sole traders", "sources": ["law"], "whole": True}},
        },
        file="rows.yml",
    )
    (tmp_path / "test_a.py").write_text(
        '@pytest.mark.row("M1-01")\n@pytest.mark.guard("G1")\ndef test_b(): ...\n', encoding="utf-8"
    )
    text = document(table, marks_in(tmp_path), numbers={"plan": "某政办〔2020〕9号", "law": "某条例"})
    assert "Rows: 2 — 0 proven, 1 in part, 1 open. Guards: 1 — 1 proven, 0 in part, 0 open." in text
    assert "| M1-01 | Codes \\| names | KF-11 |  | in part; lacks: names | `test_a.py::test_b` |" in text
    assert "| M1-02 | Older codes | KF-2, KF-11 | `xinheng codes check` | open |  |" in text
    assert "| G1 | Sole traders | 某条例 |  | proven | `test_a.py::test_b` |" in text
    assert text.endswith("| KF-2 | M1-02 open |\n| KF-11 | M1-01 in part, M1-02 open |\n")
