"""Reads in Python what SQL cannot: each odd spelling once, however many rows carry it.

For every kind of field the plain spellings are settled in SQL; the distinct others are read here and kept in
small tables (``lex_…``), which the judging query joins.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from xinheng.core.feeds import Column, Kind, Target, Unit
from xinheng.core.ids import CodeKind, CodeNote, read_code
from xinheng.core.masking import looks_like_person_name
from xinheng.core.names import normalise_name, tidy_name
from xinheng.intake.amounts import amounts_in, read_amount
from xinheng.intake.cells import CODE_TARGETS
from xinheng.intake.dates import FIRST, LAST, read_date
from xinheng.intake.fields import Field, Plan
from xinheng.intake.words import word_for

CHUNK = 20_000
_PLAIN_NUMBER = "[0-9]{1,12}([.][0-9]{1,8})?"
_TO_FULL_BRACKETS = str.maketrans("()", "（）")

_Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the odd texts come from (SQL with one column ``raw``) and how one is read."""

    table: str
    texts: str
    columns: tuple[tuple[str, pa.DataType], ...]
    read: Callable[[str], _Row]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema((("raw", pa.string()), *self.columns))

    def entries(self, texts: Sequence[str]) -> pa.Table:
        """The texts with what was read."""
        rows = [(text, *self.read(text)) for text in texts]
        columns = zip(*rows, strict=True) if rows else ((),) * len(self.schema)
        arrays = [
            pa.array(column, type=field.type) for column, field in zip(columns, self.schema, strict=True)
        ]
        return pa.Table.from_arrays(arrays, schema=self.schema)


def plain_date(text: str) -> str:
    """SQL of the date of a plain spelling, NULL for any other."""
    day = f"try_cast({text} AS DATE)"
    return f"CASE WHEN {text} >= '1' AND {day} BETWEEN DATE '{FIRST}' AND DATE '{LAST}' THEN {day} END"


def plain_number(text: str) -> str:
    """SQL of a number written in digits, as DOUBLE; NULL for any other text."""
    return f"CASE WHEN regexp_full_match({text}, '{_PLAIN_NUMBER}') THEN try_cast({text} AS DOUBLE) END"


def build(engine: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Create all lexicons of the plan from the view ``cells``."""
    for reading in readings(plan):
        names = ", ".join(f"{field.name} {_sql_type(field.type)}" for field in reading.schema)
        engine.execute(f"CREATE OR REPLACE TABLE {reading.table} ({names})")
        with engine.cursor() as source:
            source.execute(f"SELECT DISTINCT raw FROM ({reading.texts})")
            while chunk := source.fetchmany(CHUNK):
                engine.register("chunk", reading.entries([text for (text,) in chunk]))
                engine.execute(f"INSERT INTO {reading.table} SELECT * FROM chunk")
                engine.unregister("chunk")


def _sql_type(kind: pa.DataType) -> str:
    return {pa.string(): "VARCHAR", pa.bool_(): "BOOLEAN", pa.int64(): "BIGINT", pa.date32(): "DATE"}[kind]


def odd_texts(found: Sequence[Reading]) -> str:
    """SQL of the place of a reading among ``found`` and a text that it has to read, each once."""
    parts = (f"SELECT {place} AS place, raw FROM ({one.texts})" for place, one in enumerate(found))
    return f"SELECT DISTINCT place, raw FROM ({' UNION ALL '.join(parts)})"


def readings(plan: Plan) -> Iterator[Reading]:
    """All lexicons of the plan."""
    codes = [target for target in CODE_TARGETS if plan.field(target)]
    if codes:
        texts = " UNION ALL ".join(_odd(plan.targets[target], f"NOT ok_{target}") for target in codes)
        yield Reading("lex_code", texts, _CODE_COLUMNS, _read_code)
    if authority := plan.field(Target.AUTHORITY_CODE):
        odd = _odd(authority, f"NOT ok_{Target.AUTHORITY_CODE}")
        yield Reading("lex_authority", odd, _CODE_COLUMNS, _read_code)
    if name := plan.field(Target.NAME):
        yield Reading("lex_name", _odd(name, "NOT ok_name"), _NAME_COLUMNS, _read_name)
    for target, field in plan.of_kind(Kind.DATE):
        odd = _odd(field, f"({plain_date(field.sql)}) IS NULL")
        yield Reading(f"lex_{target}", odd, _DATE_COLUMNS, _date_reader(field.column))
    for target, field in plan.of_kind(Kind.AMOUNT):
        odd = _odd(field, f"({plain_number(field.sql)}) IS NULL")
        yield Reading(f"lex_{target}", odd, _amount_columns(field), _amount_reader(field))
    for target, field in plan.of_kind(Kind.ENUM):
        yield Reading(f"lex_{target}", _odd(field, "true"), _WORD_COLUMNS, _word_reader(field.column))


def _odd(field: Field, condition: str) -> str:
    return f"SELECT {field.sql} AS raw FROM cells WHERE {field.sql} IS NOT NULL AND {condition}"


_CODE_COLUMNS = (("kind", pa.string()), ("value", pa.string()), ("valid", pa.bool_()), ("note", pa.string()))


def _read_code(text: str) -> _Row:
    """A placeholder, a covered or a rounded number is no code; a resident ID marks a person whatever its check."""
    code = read_code(text)
    if code.problem is CodeNote.COVERED and _COVERED_PERSON.fullmatch(code.value):
        return (CodeKind.RESIDENT_ID.value, None, False, CodeNote.PERSON.label)
    if code.problem in (CodeNote.COVERED, CodeNote.ROUNDED) and code.kind is not CodeKind.RESIDENT_ID:
        return (CodeKind.PLACEHOLDER.value, None, False, code.problem.label)
    note = code.problem.label if code.problem else None
    return (code.kind.value, code.value or None, code.names_a_subject, note)


_COVERED_PERSON = re.compile(r"[1-8][0-9]{5}\*{9,14}[0-9A-Z]{0,2}")
"""A tax number over a resident ID after masking: the first six digits and the tail of two are left."""

_NAME_COLUMNS = (
    ("tidy", pa.string()),
    ("key", pa.string()),
    ("person", pa.bool_()),
    ("repaired", pa.bool_()),
)


def _read_name(text: str) -> _Row:
    tidy = tidy_name(text)
    same = tidy == text or tidy == text.translate(_TO_FULL_BRACKETS)
    return (tidy, normalise_name(text), looks_like_person_name(tidy), not same)


_DATE_COLUMNS = (("day", pa.date32()), ("empty", pa.bool_()))


def _date_reader(column: Column) -> Callable[[str], _Row]:
    def read(text: str) -> _Row:
        found = read_date(text, day_first=column.day_first, period=column.period)
        return (found.day, found.empty)

    return read


def _amount_columns(field: Field) -> tuple[tuple[str, pa.DataType], ...]:
    """fen_… and unclear_… for each worth that a unit of the field may have."""
    kinds = (("fen", pa.int64()), ("unclear", pa.bool_()))
    return tuple((f"{name}_{fen}", kind) for fen in field.worths() for name, kind in kinds)


def _amount_reader(field: Field) -> Callable[[str], _Row]:
    units = [next(unit for unit in Unit if unit.in_fen == fen) for fen in field.worths()]
    prose = field.column.prose

    def read(text: str) -> _Row:
        return tuple(value for unit in units for value in read_in(unit, text))

    def read_in(unit: Unit, text: str) -> tuple[int | None, bool]:
        fen = read_amount(text, unit=unit)
        if fen is not None:
            return (fen, False)
        stated = amounts_in(text)
        if len(stated) == 1:
            return (next(iter(stated)), False)
        return (None, bool(stated) or not prose)

    return read


_WORD_COLUMNS = (("word", pa.string()),)


def _word_reader(column: Column) -> Callable[[str], _Row]:
    def read(text: str) -> _Row:
        return (word_for(column, text),)

    return read
