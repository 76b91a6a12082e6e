"""Which tests prove which capability row and which legal guard: reads the markers and writes docs/conformance.md.

Run ``python -m tests.conformance`` after a test gained or lost a marker. Markers are read from the source; no test is
imported. A test that is skipped or expected to fail proves nothing.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xinheng.core.policy_file import PolicyModel, parse, read_strict

ROOT = Path(__file__).resolve().parents[1]
ROWS = Path("docs/conformance/rows.yml")
TABLE = Path("docs/conformance.md")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Row(PolicyModel):
    """A capability row or a guard. ``whole``: its tests cover it; ``lacks``: what they are known not to cover."""

    name: str
    clauses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    lacks: str = ""
    whole: bool = False


class Asked(PolicyModel):
    """What is asked. ``documents``: source id by the key that begins a clause."""

    documents: Mapping[str, str]
    modules: Mapping[str, str]
    rows: Mapping[str, Row]
    guards: Mapping[str, Row]


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One marker: ``kind`` is ``row`` or ``guard``."""

    kind: str
    id: str
    test: str


def asked(root: Path = ROOT) -> Asked:
    """The rows as committed; raises PolicyError with file, key and cause."""
    return parse(Asked, read_strict(root / ROWS), file=ROWS)


def marks_in(folder: Path) -> tuple[Mark, ...]:
    """Every marker of the test files below ``folder``."""
    found: set[Mark] = set()
    for path in folder.rglob("test_*.py"):
        found.update(marks_of(path.read_text(encoding="utf-8"), file=path.relative_to(folder).as_posix()))
    return tuple(sorted(found))


def marks_of(source: str, *, file: str) -> Iterator[Mark]:
    """Markers of one file: on functions, on classes, in ``pytestmark`` and on single parameters."""
    module = ast.parse(source)
    yield from _marks_within(module.body, _calls(_pytestmark(module.body), file), file=file, place=file)


def _marks_within(
    body: list[ast.stmt], inherited: frozenset[tuple[str, str]], *, file: str, place: str
) -> Iterator[Mark]:
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            own = _calls([*node.decorator_list, *_pytestmark(node.body)], file)
            yield from _marks_within(node.body, inherited | own, file=file, place=f"{place}::{node.name}")
        elif isinstance(node, _FUNCTIONS) and node.name.startswith("test_"):
            marks = inherited | _calls(node.decorator_list, file)
            if not any(kind in ("skip", "xfail") for kind, _ in marks):
                yield from (Mark(kind, name, f"{place}::{node.name}") for kind, name in marks)


def _pytestmark(body: list[ast.stmt]) -> list[ast.expr]:
    return [
        node.value
        for node in body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)
    ]


def _calls(expressions: Iterable[ast.expr], file: str) -> frozenset[tuple[str, str]]:
    """``(kind, id)`` of each ``pytest.mark.row("…")``; ``("skip", "")`` where the whole test is left out."""
    found = set()
    for expression in expressions:
        whole = expression.func if isinstance(expression, ast.Call) else expression
        if isinstance(whole, ast.Attribute) and whole.attr in ("skip", "xfail"):
            found.add((whole.attr, ""))
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and (kind := _kind(node.func)):
                found.update((kind, _literal(argument, file)) for argument in node.args)
    return frozenset(found)


def _kind(function: ast.expr) -> str | None:
    if isinstance(function, ast.Attribute) and function.attr in ("row", "guard"):
        within = function.value
        return function.attr if isinstance(within, ast.Attribute) and within.attr == "mark" else None
    return None


def _literal(argument: ast.expr, file: str) -> str:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    raise ValueError(f"{file}:{argument.lineno}: a marker names its row by a plain text")


def state(row: Row, tests: Iterable[str]) -> str:
    """``open`` without a test; with tests ``in part`` until somebody compared them with the whole row."""
    if not list(tests):
        return "open"
    return "proven" if row.whole else "in part"


def document(table: Asked, marks: Iterable[Mark], *, numbers: Mapping[str, str]) -> str:
    """docs/conformance.md. ``numbers``: the official number of a source by its id."""
    tests: dict[tuple[str, str], list[str]] = {}
    for mark in sorted(set(marks)):
        tests.setdefault((mark.kind, mark.id), []).append(mark.test)
    rows = {name: (row, tests.get(("row", name), [])) for name, row in table.rows.items()}
    guards = {name: (guard, tests.get(("guard", name), [])) for name, guard in table.guards.items()}
    lines = [
        *_head(table, rows, guards, numbers),
        *(line for module in table.modules for line in _module(module, table, rows, numbers)),
        "## Legal guards",
        "",
        *_lines(guards, numbers),
        "",
        *_clauses(table, rows),
    ]
    return "\n".join(lines) + "\n"


_Proofs = Mapping[str, tuple[Row, list[str]]]


def _head(table: Asked, rows: _Proofs, guards: _Proofs, numbers: Mapping[str, str]) -> list[str]:
    keys = [f"{key} {numbers[source]}" for key, source in table.documents.items()]
    return [
        "# Conformance",
        "",
        "Made by `python -m tests.conformance` from `docs/conformance/rows.yml` and the markers of the tests; a test fails",
        "when it is out of date. Files are below `tests/`.",
        "",
        "**proven**: the tests were compared with the row and cover it. **in part**: they prove something of it; what is known",
        'to lack stands after "lacks". **open**: no test.',
        "",
        f"Documents: {', '.join(keys)}.",
        "",
        f"Rows: {_counts(rows)}. Guards: {_counts(guards)}.",
        "",
    ]


def _counts(proofs: _Proofs) -> str:
    states = [state(row, tests) for row, tests in proofs.values()]
    each = ", ".join(f"{states.count(word)} {word}" for word in ("proven", "in part", "open"))
    return f"{len(states)} — {each}"


def _module(module: str, table: Asked, rows: _Proofs, numbers: Mapping[str, str]) -> list[str]:
    own = {name: proof for name, proof in rows.items() if name.partition("-")[0] == module}
    return [f"## {module} {table.modules[module]}", "", *_lines(own, numbers), ""]


def _lines(proofs: _Proofs, numbers: Mapping[str, str]) -> list[str]:
    head = ["| id | capability | asked by | page or command | state | tests |", "|---|---|---|---|---|---|"]
    return head + [_line(name, row, tests, numbers) for name, (row, tests) in proofs.items()]


def _line(name: str, row: Row, tests: list[str], numbers: Mapping[str, str]) -> str:
    word = state(row, tests)
    cells = (
        name,
        row.name,
        ", ".join([*row.clauses, *(numbers[source] for source in row.sources)]),
        "<br>".join(f"`{page}`" for page in row.pages),
        f"in part; lacks: {row.lacks}" if word == "in part" and row.lacks else word,
        "<br>".join(f"`{test}`" for test in tests),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _clauses(table: Asked, rows: _Proofs) -> list[str]:
    """Rows by clause, clauses in the order in which the rows name them within their document."""
    serving: dict[str, list[str]] = {}
    for name, (row, tests) in rows.items():
        for clause in row.clauses:
            serving.setdefault(clause, []).append(f"{name} {state(row, tests)}")
    lines = ["## Rows by clause", "", "| clause | rows |", "|---|---|"]
    for key in table.documents:
        own = sorted((clause for clause in serving if clause.partition("-")[0] == key), key=_order)
        lines += [f"| {clause} | {', '.join(serving[clause])} |" for clause in own]
    return lines


def _order(clause: str) -> tuple[int, ...]:
    """Chapter and item as numbers, so that 2 stands before 11 and 九 before 十."""
    return tuple(_NUMERALS.get(part, int(part) if part.isdigit() else 99) for part in _parts(clause))


_DIGITS = "一二三四五六七八九"
_NUMERALS = (
    {digit: value for value, digit in enumerate(_DIGITS, 1)}
    | {"十": 10, "二十": 20}
    | {f"十{digit}": 10 + value for value, digit in enumerate(_DIGITS, 1)}
    | {f"二十{digit}": 20 + value for value, digit in enumerate(_DIGITS, 1)}
)


def _parts(clause: str) -> list[str]:
    text = clause.partition("-")[2]
    return [part for part in text.replace("）", "").split("（") if part]


def numbers_of(root: Path = ROOT) -> dict[str, str]:
    """Official numbers (or titles) of the sources in policy, by id."""
    sources = (read_strict(path) for path in sorted((root / "policy" / "sources").glob("*.yml")))
    return {source["id"]: source.get("number") or source["title"] for source in sources}


def generated(root: Path = ROOT) -> str:
    """What docs/conformance.md must be."""
    return document(asked(root), marks_in(root / "tests"), numbers=numbers_of(root))


def main(arguments: list[str]) -> int:
    """Writes the table; with ``--check`` only says whether it is up to date. A last argument names another root."""
    check = "--check" in arguments
    places = [Path(argument) for argument in arguments if argument != "--check"]
    root = places[0] if places else ROOT
    text = generated(root)
    if not check:
        (root / TABLE).write_text(text, encoding="utf-8")
        return 0
    if (root / TABLE).is_file() and (root / TABLE).read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{TABLE} is out of date: run python -m tests.conformance\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
