"""Says what changes for whom when one result takes the place of another: the ground on which a new model is approved.

Two results over the same population are laid side by side: who moves between which grades, by kind, sector, county,
size and age; how far the distribution shifts (PSI); how well points and grades tell apart those who failed later
(AUC, KS). Everything is counted in whole numbers; shares and logarithms come last.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.refusal import Refusal
from xinheng.scoring.engine import engine, room_enough

UNGRADED = ""
"""State of a subject that the result holds without a grade: 信息不足."""

ABSENT = "-"
"""State of a subject that the result does not hold: outside of what the model covers."""

DIMENSIONS = ("kind", "sector", "county", "size")
"""Columns of the population by which subjects are told apart, where it has them."""

AGES = (("under_1", 1), ("1_to_3", 3), ("3_to_5", 5), ("5_to_10", 10))
"""Classes of full years since ``established_on``, each with the years below which it ends; then ``from_10``."""

UNKNOWN = ""
"""Value of a dimension for the subjects of which it is not known."""

_RESULT = ("subject_id", "points_milli", "grade")


@dataclass(frozen=True, slots=True)
class Shift:
    """Counts of one set of subjects. ``matrix[i][j]``: from state i of the old result to state j of the new.

    States are the grades, best first, then UNGRADED and ABSENT. ``better`` and ``worse`` count those graded by both,
    by rank; None where the two scales differ. ``psi`` leaves ABSENT out; an empty state counts as half a subject.
    """

    subjects: int
    matrix: tuple[tuple[int, ...], ...]
    better: int | None
    worse: int | None
    psi: float | None

    @property
    def old(self) -> tuple[int, ...]:
        return tuple(sum(row) for row in self.matrix)

    @property
    def new(self) -> tuple[int, ...]:
        return tuple(sum(column) for column in zip(*self.matrix, strict=True))

    @property
    def same(self) -> int | None:
        """Those graded by both whose grade stays; None where the two scales differ."""
        if self.better is None:
            return None
        return sum(self.matrix[place][place] for place in range(len(self.matrix) - 2))


@dataclass(frozen=True, slots=True)
class Part:
    """The subjects with one value of a dimension (``age``: see AGES)."""

    dimension: str
    value: str
    shift: Shift


@dataclass(frozen=True, slots=True)
class Curve:
    """How well an order tells bad from good. 1/2 is chance for ``auc``; ``ks`` is the greatest distance of shares."""

    auc: Fraction
    ks: Fraction


@dataclass(frozen=True, slots=True)
class Discrimination:
    """Over the graded subjects with a known outcome. No curves where all are good or all are bad."""

    good: int
    bad: int
    points: Curve | None
    grades: Curve | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Old against new. ``points_changed`` counts subjects in both results whose points differ."""

    states_old: tuple[str, ...]
    states_new: tuple[str, ...]
    whole: Shift
    parts: tuple[Part, ...]
    points_changed: int
    known_outcomes: int
    old: Discrimination | None
    new: Discrimination | None

    def by(self, dimension: str) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.dimension == dimension)


def compare(
    old: Path,
    new: Path,
    *,
    population: Path,
    outcome: Path | None,
    grades_old: Sequence[str],
    grades_new: Sequence[str],
    as_of: date | None = None,
    rising_old: bool = False,
    rising_new: bool = False,
    threads: int | None = None,
    memory_limit: str = "1GB",
) -> Comparison:
    """Compare two results (see scoring.run) over one population.

    ``outcome``: Parquet or CSV with ``subject_id`` and ``bad`` (0 or 1). ``rising``: in that model more points are
    worse, as in a warning model. By age only if ``as_of`` is given and the population has ``established_on``.
    Raises Refusal where a file is unreadable, lacks a column, names a subject twice or holds an unknown grade.
    """
    states_old = (*grades_old, UNGRADED, ABSENT)
    states_new = (*grades_new, UNGRADED, ABSENT)
    with (
        room_enough(memory_limit=memory_limit),
        TemporaryDirectory(prefix="compare-") as folder,
        engine(work=Path(folder), memory_limit=memory_limit, threads=threads) as connection,
    ):
        _view(connection, "old", old, _RESULT)
        _view(connection, "new", new, _RESULT)
        columns = _view(connection, "population", population, ("subject_id",))
        for name in ("old", "new", "population"):
            _refuse_twice(connection, name)
        _lay_side_by_side(connection, columns, as_of=as_of)
        dimensions = _dimensions(columns, as_of=as_of)
        counted = {name: _cells(connection, name) for name in (None, *dimensions)}
        changed = _number(connection, "SELECT count(*) FROM moves WHERE old_points <> new_points")
        known, before, after = 0, None, None
        if outcome is not None:
            known = _open_outcome(connection, outcome)
            before = _discrimination(connection, "old", grades_old, rising=rising_old)
            after = _discrimination(connection, "new", grades_new, rising=rising_new)
    whole = _shift(dict(counted[None].get(UNKNOWN, {})), states_old, states_new)
    parts = tuple(
        Part(name, value, _shift(cells, states_old, states_new))
        for name in dimensions
        for value, cells in sorted(counted[name].items())
    )
    return Comparison(states_old, states_new, whole, parts, changed, known, before, after)


def _view(
    connection: duckdb.DuckDBPyConnection, name: str, path: Path, wanted: Iterable[str]
) -> tuple[str, ...]:
    """Make a Parquet file known as a view; its columns."""
    try:
        found = tuple(pq.read_schema(path).names)
    except (OSError, pa.ArrowInvalid) as error:
        raise Refusal(
            "COMPARE-FILE", f"无法读取“{path.name}”", advice="请确认文件存在且是完整的 Parquet 文件"
        ) from error
    _refuse_missing(path, found, wanted)
    connection.read_parquet(str(path)).create_view(name)
    return found


def _refuse_missing(path: Path, found: Sequence[str], wanted: Iterable[str]) -> None:
    missing = [column for column in wanted if column not in found]
    if missing:
        raise Refusal(
            "COMPARE-COLUMNS", f"“{path.name}”缺少栏目：{'、'.join(missing)}", advice="请补齐后重试"
        )


def _refuse_twice(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    twice = _number(connection, f"SELECT count(*) - count(DISTINCT subject_id) FROM {name}")
    if twice:
        what = {"old": "原结果", "new": "新结果", "population": "主体名单", "outcome": "后果文件"}[name]
        raise Refusal(
            "COMPARE-TWICE", f"{what}中有 {twice} 行重复的主体", advice="每个主体只能有一行，请去重后重试"
        )


def _number(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    ((value,),) = connection.execute(statement).fetchall()
    return int(value)


def _dimensions(columns: Sequence[str], *, as_of: date | None) -> tuple[str, ...]:
    by_age = as_of is not None and "established_on" in columns
    return (*(name for name in DIMENSIONS if name in columns), *(("age",) if by_age else ()))


def _lay_side_by_side(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[str], *, as_of: date | None
) -> None:
    described = [f"coalesce(p.{name}, '') AS {name}" for name in DIMENSIONS if name in columns]
    if "age" in _dimensions(columns, as_of=as_of):
        years = f"date_sub('year', p.established_on::DATE, DATE '{as_of}')"
        arms = " ".join(f"WHEN {years} < {below} THEN '{name}'" for name, below in AGES)
        described.append(
            f"CASE WHEN p.established_on IS NULL OR p.established_on::DATE > DATE '{as_of}' THEN '' "
            f"{arms} ELSE 'from_10' END AS age"
        )
    connection.execute(
        f"""
        CREATE TEMP TABLE moves AS
        SELECT subject_id, o.points_milli AS old_points, n.points_milli AS new_points,
            CASE WHEN o.points_milli IS NULL THEN '{ABSENT}' ELSE coalesce(o.grade, '') END AS was,
            CASE WHEN n.points_milli IS NULL THEN '{ABSENT}' ELSE coalesce(n.grade, '') END AS becomes
            {"".join(f", {column}" for column in described)}
        FROM old o FULL JOIN new n USING (subject_id) LEFT JOIN population p USING (subject_id)
        """
    )


Cells = Mapping[tuple[str, str], int]


def _cells(connection: duckdb.DuckDBPyConnection, dimension: str | None) -> dict[str, Cells]:
    """Subjects by value of the dimension, old and new state; all under UNKNOWN without a dimension."""
    rows = connection.execute(
        f"SELECT {dimension or repr(UNKNOWN)}, was, becomes, count(*) FROM moves GROUP BY ALL"
    ).fetchall()
    found: dict[str, dict[tuple[str, str], int]] = {}
    for value, was, becomes, count in rows:
        found.setdefault(str(value), {})[was, becomes] = count
    return dict(found)


def _shift(cells: Cells, states_old: tuple[str, ...], states_new: tuple[str, ...]) -> Shift:
    strange = {was for was, _ in cells} - set(states_old) | {now for _, now in cells} - set(states_new)
    if strange:
        raise Refusal(
            "COMPARE-GRADES",
            f"结果中有模型没有的等级：{'、'.join(sorted(strange))}",
            advice="请确认结果文件与模型相符",
        )
    matrix = tuple(tuple(cells.get((was, becomes), 0) for becomes in states_new) for was in states_old)
    alike = states_old == states_new
    graded = range(len(states_old) - 2)
    moved = [(i, j, matrix[i][j]) for i in graded for j in graded] if alike else []
    shift = Shift(
        subjects=sum(cells.values()),
        matrix=matrix,
        better=sum(count for i, j, count in moved if j < i) if alike else None,
        worse=sum(count for i, j, count in moved if j > i) if alike else None,
        psi=None,
    )
    psi = stability(shift.old[:-1], shift.new[:-1]) if alike else None
    return Shift(shift.subjects, shift.matrix, shift.better, shift.worse, psi)


def stability(before: Sequence[int], after: Sequence[int]) -> float | None:
    """Population stability index of two distributions over the same states; None where one is empty.

    A state that is empty on one side counts as half a subject there; one empty on both sides is left out.
    """
    total_before, total_after = sum(before), sum(after)
    if not total_before or not total_after:
        return None
    terms = []
    for first, second in zip(before, after, strict=True):
        if first or second:
            share = (first or 0.5) / total_before
            later = (second or 0.5) / total_after
            terms.append((later - share) * math.log(later / share))
    return round(math.fsum(terms), 6)


def _open_outcome(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Make the outcomes known as a table; how many subjects of the results have one."""
    reader = connection.read_csv if path.suffix.lower() == ".csv" else connection.read_parquet
    try:
        found = reader(str(path))
    except duckdb.Error as error:
        raise Refusal(
            "COMPARE-FILE", f"无法读取“{path.name}”", advice="后果文件是 Parquet 或 CSV，含 subject_id 和 bad"
        ) from error
    _refuse_missing(path, found.columns, ("subject_id", "bad"))
    try:
        found.project("subject_id::BIGINT AS subject_id, bad::INTEGER AS bad").create("outcome")
    except duckdb.Error as error:
        raise Refusal(
            "COMPARE-OUTCOME", f"“{path.name}”中有不是整数的值", advice="bad 只能是 0 或 1"
        ) from error
    if _number(connection, "SELECT count(*) FROM outcome WHERE subject_id IS NULL OR bad NOT IN (0, 1)"):
        raise Refusal(
            "COMPARE-OUTCOME", f"“{path.name}”的 bad 栏有 0、1 以外的值", advice="bad 只能是 0 或 1"
        )
    if _number(connection, "SELECT count(*) FROM outcome WHERE bad IS NULL"):
        raise Refusal("COMPARE-OUTCOME", f"“{path.name}”的 bad 栏有空值", advice="后果不明的主体请不要列入")
    _refuse_twice(connection, "outcome")
    return _number(connection, "SELECT count(*) FROM outcome SEMI JOIN moves USING (subject_id)")


def _discrimination(
    connection: duckdb.DuckDBPyConnection, result: str, grades: Sequence[str], *, rising: bool
) -> Discrimination:
    rank = " ".join(f"WHEN '{grade}' THEN {place}" for place, grade in enumerate(grades))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE judged AS
        SELECT {"" if rising else "-"}points_milli AS points, CASE grade {rank} END AS rank, bad
        FROM {result} JOIN outcome USING (subject_id) WHERE grade IS NOT NULL
        """
    )
    bad = _number(connection, "SELECT coalesce(sum(bad), 0) FROM judged")
    good = _number(connection, "SELECT count(*) FROM judged") - bad
    if not good or not bad:
        return Discrimination(good, bad, None, None)
    return Discrimination(
        good, bad, _curve(connection, "points", good, bad), _curve(connection, "rank", good, bad)
    )


def _curve(connection: duckdb.DuckDBPyConnection, score: str, good: int, bad: int) -> Curve:
    """Greater scores are riskier. Pairs are counted twice, so that a tie is one and no half is needed."""
    ((pairs, distance),) = connection.execute(
        f"""
        WITH steps AS (
            SELECT {score}, sum(bad)::HUGEINT AS bads, sum(1 - bad)::HUGEINT AS goods FROM judged GROUP BY ALL
        ),
        sums AS (
            SELECT bads, goods, sum(bads) OVER (ORDER BY {score})::HUGEINT AS bads_up_to,
                sum(goods) OVER (ORDER BY {score})::HUGEINT AS goods_up_to FROM steps
        )
        SELECT sum(bads * (2 * (goods_up_to - goods) + goods))::HUGEINT,
            max(abs(bads_up_to * {good} - goods_up_to * {bad}))::HUGEINT FROM sums
        """
    ).fetchall()
    return Curve(auc=Fraction(int(pairs), 2 * good * bad), ks=Fraction(int(distance), good * bad))


def moves(comparison: Comparison) -> Iterator[tuple[str, str, int]]:
    """(old state, new state, subjects) of every change that happens, largest first."""
    found = [
        (was, becomes, comparison.whole.matrix[i][j])
        for i, was in enumerate(comparison.states_old)
        for j, becomes in enumerate(comparison.states_new)
        if was != becomes and comparison.whole.matrix[i][j]
    ]
    yield from sorted(found, key=lambda move: (-move[2], move[0], move[1]))
