"""Grades that official models gave are facts for the models that read them: one of each subject, model and cycle.

What is only tried is no fact (legal guard G4). In a running cycle the fact is the grade in force; a model reads its
own grades of former cycles alone. Where a record on file says the grade of the same model and cycle, it came from
outside and stands; ours is then not counted beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import connection

from xinheng.core.composition import readings
from xinheng.core.days import add_months
from xinheng.core.feeds import ITEMS
from xinheng.core.indicators import EVALUATION
from xinheng.core.models import ScoringModel, grade_word
from xinheng.core.records import STANDING
from xinheng.core.treatment import Fact
from xinheng.scoring.parts import IDS, Part, pick_parts
from xinheng.scoring.snapshot import SCHEMA
from xinheng.services.rules import remembered_rules
from xinheng.services.scores import ask_for_refresh
from xinheng.services.snapshot_rows import read_records
from xinheng.store.scores import EvaluationRun, GivenGrade

WHOLE_YEAR = 12
"""Months of a cycle where the model names none: results are then told apart by calendar years."""
FIRST_DAY = date(1970, 1, 1).toordinal()

_FACTS = """
SELECT g.subject_id, g.id, {item}, g.decided_on - '1970-01-01'::date, NULL::int, NULL::bigint, NULL::int, 0, 0, 1,
       t.word || g.grade
FROM store_givengrade g
JOIN unnest(%(models)s::text[], %(words)s::text[]) t (model, word) ON t.model = g.model
WHERE g.id <= %(grades)s AND (g.until IS NULL OR g.until > %(grades)s)
  AND (g.model <> %(reader)s OR g.cycle_to <= %(cycle)s)
  AND NOT EXISTS (
    SELECT FROM store_record r
    LEFT JOIN store_record n
      ON n.subject_id = r.subject_id AND n.record_key = r.record_key AND n.known_at = r.known_until
    WHERE r.subject_id = g.subject_id AND r.item = {item} AND r.state IN ({standing}) AND r.id <= %(records)s
      AND (r.known_until IS NULL OR n.id > %(records)s) AND starts_with(r.result, t.word)
      AND coalesce(r.decided_on, r.valid_from) >= g.cycle_on AND coalesce(r.decided_on, r.valid_from) < g.cycle_to)
""".format(item=ITEMS[EVALUATION], standing=", ".join(str(int(state)) for state in sorted(STANDING)))
_AMONG = "AND g.subject_id = ANY(%(subjects)s)"
_MARK = "SELECT greatest(max(id), max(until), 0) FROM store_givengrade"
_CHANGED = """
CREATE TEMP TABLE given_now ON COMMIT DROP AS
SELECT subject_id, s.grade, g.id AS former, least(coalesce(g.decided_on, %(day)s), %(day)s) AS decided_on
FROM (SELECT subject_id, grade FROM store_score
      WHERE line_id = %(line)s AND until_id IS NULL AND grade <> '' {among}) s
FULL JOIN (SELECT * FROM store_givengrade
           WHERE model = %(model)s AND cycle_on = %(cycle)s AND until IS NULL {among}) g USING (subject_id)
WHERE s.grade IS DISTINCT FROM g.grade
"""
_SOME = "AND subject_id = ANY(%(subjects)s)"
_END = """
UPDATE store_givengrade SET until = nextval('store_record_id_seq') WHERE id IN (SELECT former FROM given_now)
"""
_GIVE = """
INSERT INTO store_givengrade (id, subject_id, run_id, decided_on, cycle_on, cycle_to, model, grade)
SELECT nextval('store_record_id_seq'), subject_id, %(run)s, decided_on, %(cycle)s, %(to)s, %(model)s, grade
FROM given_now WHERE grade IS NOT NULL
"""
_END_OVERLAPPING = """
UPDATE store_givengrade o SET until = nextval('store_record_id_seq')
FROM given_now n
WHERE n.grade IS NOT NULL AND o.subject_id = n.subject_id AND o.model = %(model)s AND o.until IS NULL
  AND o.cycle_on <> %(cycle)s AND o.cycle_on < %(to)s AND o.cycle_to > %(cycle)s
"""
_END_ONE = "UPDATE store_givengrade SET until = nextval('store_record_id_seq') WHERE id = %s"
_GIVE_ONE = """
INSERT INTO store_givengrade (id, subject_id, earned_by_id, run_id, decided_on, cycle_on, cycle_to, model, grade)
SELECT nextval('store_record_id_seq'), subject_id, earned_by_id, run_id, decided_on, cycle_on, cycle_to, model, %s
FROM store_givengrade WHERE id = %s
"""
_MISFILED = """
SELECT g.id, w.place, g.model, g.subject_id FROM store_givengrade g
JOIN store_subject s ON s.id = coalesce(g.earned_by_id, g.subject_id)
CROSS JOIN LATERAL (SELECT coalesce(s.merged_into_id, s.id) AS place) w
WHERE g.subject_id = ANY(%(subjects)s) AND g.until IS NULL AND w.place <> g.subject_id
  AND (w.place = g.earned_by_id OR NOT EXISTS (
    SELECT FROM store_givengrade o WHERE o.subject_id = w.place AND o.model = g.model AND o.until IS NULL
      AND o.cycle_on < g.cycle_to AND o.cycle_to > g.cycle_on))
ORDER BY g.cycle_on, g.id
"""
_FILE_ONE = """
INSERT INTO store_givengrade (id, subject_id, earned_by_id, run_id, decided_on, cycle_on, cycle_to, model, grade)
SELECT nextval('store_record_id_seq'), %(place)s, nullif(coalesce(g.earned_by_id, g.subject_id), %(place)s), g.run_id,
       g.decided_on, g.cycle_on, g.cycle_to, g.model, g.grade
FROM store_givengrade g
WHERE g.id = %(given)s AND NOT EXISTS (
    SELECT FROM store_givengrade o WHERE o.subject_id = %(place)s AND o.model = g.model AND o.until IS NULL
      AND o.cycle_on < g.cycle_to AND o.cycle_to > g.cycle_on)
"""
_LOOK_AGAIN = "INSERT INTO store_regrade (subject_id) SELECT subject_id FROM given_now"


@dataclass(frozen=True, slots=True)
class Marks:
    """Up to which numbers records and given grades were known."""

    records: int
    grades: int


def cycle_of(model: ScoringModel, *, on: date) -> tuple[date, date]:
    """First day of the cycle in which a day lies, and of the next."""
    months = model.cycle_months or WHOLE_YEAR
    number = (on.year * 12 + on.month - 1) // months * months
    first = date(number // 12, number % 12 + 1, 1)
    return first, add_months(first, months)


def models_read(model: ScoringModel) -> tuple[str, ...]:
    """Ids of the models whose grades it reads, itself among them where it does."""
    return tuple(sorted({part.facts.grades_of or "" for _, part in readings(model)}))


def grade_mark() -> int:
    """The highest number of a given grade. Grades are given under the lock of runs: none below it can appear later."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        return int(cursor.fetchone()[0])


def _given(reader: ScoringModel, *, as_of: date, marks: Marks) -> dict[str, Any]:
    models = models_read(reader)
    return {
        "models": list(models),
        "words": [grade_word(model, "") for model in models],
        "reader": reader.id,
        "cycle": cycle_of(reader, on=as_of)[0],
        "records": marks.records,
        "grades": marks.grades,
    }


def grades_read(reader: ScoringModel, *, as_of: date, marks: Marks, subject: int) -> tuple[Fact, ...]:
    """The given grades that a model reads of one subject, as they were known at the marks."""
    if not models_read(reader):
        return ()
    given = _given(reader, as_of=as_of, marks=marks)
    with connection.cursor() as cursor:
        cursor.execute(f"{_FACTS} {_AMONG} ORDER BY g.id", {**given, "subjects": [subject]})
        return tuple(
            Fact(number, item, date.fromordinal(FIRST_DAY + day), result=word)
            for _, number, item, day, *_, word in cursor.fetchall()
        )


def covered(population: Path, model: ScoringModel) -> pa.Array:
    """The sorted numbers of those in a population whom a model grades."""
    table = pq.read_table(population, columns=["subject_id", "kind", "sector"])
    wanted = pc.is_in(
        table.column("kind"), value_set=pa.array([str(kind) for kind in model.population.kinds])
    )
    if model.population.sectors:
        sectors = pa.array(list(model.population.sectors))
        wanted = pc.and_(wanted, pc.is_in(table.column("sector"), value_set=sectors))
    return table.filter(wanted).column("subject_id").combine_chunks().sort()


def parts_read(
    reader: ScoringModel, records: Path, folder: Path, *, subjects: pa.Array, as_of: date, marks: Marks
) -> list[Part]:
    """Write into ``folder`` the records of some subjects (a sorted array) and the given grades that a model reads."""
    folder.mkdir()
    with connection.cursor() as cursor:
        found = read_records(cursor, _FACTS, _given(reader, as_of=as_of, marks=marks))
        added = pa.Table.from_batches(found, SCHEMA)
    return pick_parts(records, folder, subjects=subjects, added=added, removed=IDS.empty_table())


def give_grades(
    run: EvaluationRun, *, model: ScoringModel, among: Sequence[int] | None = None, look_again: bool = True
) -> int:
    """Bring the facts of a run's cycle in line with the scores in force; returns how many changed.

    Inside the caller's transaction and lock of runs. ``among``: only these subjects were looked at. ``look_again``:
    subjects are noted whose grade another model in force reads. After a change of cycle a day lies in one cycle only:
    facts of older cycles that overlap with this one end.
    """
    if run.cycle_on is None:
        return 0
    first, following = cycle_of(model, on=run.as_of)
    given: dict[str, Any] = {
        "line": run.line_key,
        "day": run.as_of,
        "model": run.model,
        "cycle": first,
        "to": following,
        "run": run.pk,
        "subjects": list(among or ()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED.format(among="" if among is None else _SOME), given)
        cursor.execute(_END)
        cursor.execute(_GIVE, given)
        cursor.execute(_END_OVERLAPPING, given)
        if look_again and read_in_force(run.model):
            cursor.execute(_LOOK_AGAIN)
            ask_for_refresh()
        cursor.execute("SELECT count(*) FROM given_now")
        count = int(cursor.fetchone()[0])
        cursor.execute("DROP TABLE given_now")
    return count


def give_instead(given: GivenGrade, grade: str | None) -> None:
    """Another grade, or none, takes the place of a fact of a cycle that is over, or of one that has ended without
    another; the caller holds the lock of runs."""
    with connection.cursor() as cursor:
        if given.until is None:
            cursor.execute(_END_ONE, [given.pk])
        if grade is not None:
            cursor.execute(_GIVE_ONE, [grade, given.pk])


def file_given_grades(subjects: Sequence[int]) -> list[tuple[str, int]]:
    """File the grades of some subjects where the merges in force put them; returns the model of each that moved and
    the subject whose facts are others now. Where the one that stays has a grade of the cycle itself, that one counts.

    Inside the caller's transaction and lock of runs.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MISFILED, {"subjects": list(subjects)})
        moving = cursor.fetchall()
        for given, place, _, _ in moving:
            cursor.execute(_END_ONE, [given])
            cursor.execute(_FILE_ONE, {"given": given, "place": place})
    return [(model, each) for _, place, model, left in moving for each in (left, place)]


def read_in_force(model_id: str, *, itself: bool = False) -> bool:
    """Whether another model in force, or the model ``itself`` too, reads its grades."""
    runs = EvaluationRun.objects.filter(current=True).exclude(treatment_digest="")
    return any(
        model_id in models_read(remembered_rules(run).model)
        for run in runs
        if itself or run.model != model_id
    )
