"""A plan as column expressions for polars and pandas: what is common to both, and what each must say in its own way.

Covers what the model of the bench uses; a plan that says more is refused.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.records import Finality
from xinheng.core.treatment import FINAL, OPEN
from xinheng.scoring.compile import Condition, Ladder, Operation, Plan, Reduce
from xinheng.scoring.result import RESULT

COLUMNS = ["subject_id", "item", "decided_on", "valid_to", "amount_fen", "headcount", "seriousness", "finality", "state", "result"]  # fmt: skip
FAR = 2**31 - 1


class Polars:
    """Expressions of polars."""

    def column(self, name: str) -> Any:
        import polars

        return polars.col(name)

    def among(self, name: str, values: Any) -> Any:
        return self.column(name).is_in(list(values))

    def where(self, condition: Any, value: Any, otherwise: Any) -> Any:
        import polars

        chosen = polars.when(condition)
        for part in (value, otherwise):
            chosen = (chosen.then if part is value else chosen.otherwise)(
                polars.lit(part, polars.Int64) if isinstance(part, int) else part
            )
        return chosen

    def has_word(self, word: str) -> Any:
        import polars

        return ("+" + polars.col("result") + "+").str.contains(f"+{word}+", literal=True)


class Pandas:
    """Columns of numpy; texts are looked at once for each different one."""

    def __init__(self, columns: dict[str, Any], texts: list[str]) -> None:
        self._columns = columns
        self._texts = texts

    def column(self, name: str) -> Any:
        return self._columns[name]

    def among(self, name: str, values: Any) -> Any:
        return np.isin(self._columns[name], list(values))

    def where(self, condition: Any, value: Any, otherwise: Any) -> Any:
        return np.where(condition, value, otherwise)

    def has_word(self, word: str) -> Any:
        return np.array([word in text.split("+") for text in self._texts])[self._columns["result"]]


def weighing(frame: Any, plan: Plan) -> Any:
    rules, age = plan.treatment, frame.column("age")
    longest: Any = rules.otherwise_days
    for item, terms in rules.longest_days:
        by_class: Any = 0
        for rank, days in enumerate(terms):
            by_class = frame.where(frame.column("seriousness") == rank, days, by_class)
        longest = frame.where(frame.column("item") == item, by_class, longest)
    longest = frame.where(frame.among("item", rules.until_removed), FAR, longest)
    presumed = FAR if rules.presumed_final_days is None else rules.presumed_final_days
    final = (
        ~frame.among("item", rules.final_items)
        | frame.among("finality", map(int, FINAL))
        | (frame.among("finality", map(int, OPEN)) & (age >= presumed))
    )
    standing = frame.among("state", map(int, rules.states)) & (
        frame.column("finality") != int(Finality.REVOKED)
    )
    valid = (frame.column("left") > 0) | frame.among("item", rules.outlive_validity)
    return (age >= 0) & (age < longest) & final & standing & valid


def meets(frame: Any, condition: Condition) -> Any:
    found = frame.column("age") >= condition.age_from
    if condition.items:
        found = found & frame.among("item", condition.items)
    if condition.age_below is not None:
        found = found & (frame.column("age") < condition.age_below)
    if condition.classes:
        found = found & frame.among("seriousness", condition.classes)
    if condition.results:
        words = [frame.has_word(word) for word in condition.results]
        found = found & (words[0] if len(words) == 1 else words[0] | words[1])
    for word in condition.not_results:
        found = found & ~frame.has_word(word)
    if (
        condition.amount_from,
        condition.amount_below,
        condition.headcount_from,
        condition.headcount_below,
    ) != (None,) * 4:
        raise SystemExit("the bench does not limit amounts")
    return found


def climb(frame: Any, name: str, ladder: Ladder, values: Any = None) -> Any:
    found: Any = 0
    for place, (start, value) in enumerate(ladder):
        found = frame.where(frame.column(name) >= start, values[place] if values else value, found)
    return found


def worth(frame: Any, operation: Operation) -> tuple[Any, str]:
    """A fact's addend (or age) where the condition is met, and how to reduce it."""
    if operation.slots or operation.result_points:
        raise SystemExit("the bench has no slots")
    condition, kind = meets(frame, operation.condition), operation.reduce
    if kind is Reduce.YOUNGEST:
        return frame.where(condition, frame.column("age"), FAR), "min"
    if kind is Reduce.COUNT:
        return frame.where(condition, 1, 0), "sum"
    if kind in (Reduce.AMOUNT, Reduce.HEADCOUNT):
        column = frame.column(kind.value)
        clamped = frame.where(column < operation.clamp, column, operation.clamp)
        return frame.where(condition, clamped, 0), "sum"
    ladders = [climb(frame, "age", ladder) for _, ladder in operation.points]
    points = ladders[0]
    if operation.valued_by:
        starts = tuple((start, 0) for start, _ in operation.points)
        points = climb(frame, operation.valued_by.value, starts, ladders)
    return frame.where(condition, points, 0), "max" if kind is Reduce.MAX else "sum"


def wanted(frame: Any, plan: Plan) -> dict[str, tuple[Any, str]]:
    columns = {f"r{place}": worth(frame, each) for place, each in enumerate(plan.operations)}
    for place, each in enumerate(plan.operations):
        if each.bands:
            columns[f"n{place}"] = (frame.where(meets(frame, each.condition), 1, 0), "max")
    flags = [plan.evidence, *(limit.condition for limit in plan.limits)]
    for place, condition in enumerate(flags):
        columns[f"f{place}"] = (frame.where(meets(frame, condition), 1, 0), "max")
    return columns


def polars_sums(folder: Path, plan: Plan) -> dict[str, Any]:
    import polars

    frame = Polars()
    facts = polars.scan_parquet(folder / "records.parquet").select(
        "subject_id", "item", "seriousness", "finality", "state",
        polars.col("result").fill_null(""),
        (polars.lit(plan.as_of) - polars.col("decided_on")).dt.total_days().alias("age"),
        (polars.col("valid_to") - polars.lit(plan.as_of)).dt.total_days().fill_null(FAR).alias("left"),
        polars.col("amount_fen").fill_null(0).clip(0).alias("amount"),
        polars.col("headcount").fill_null(0).clip(0).cast(polars.Int64).alias("headcount"),
    )  # fmt: skip
    sums = [getattr(each, how)().alias(name) for name, (each, how) in wanted(frame, plan).items()]
    found = facts.filter(weighing(frame, plan)).group_by("subject_id").agg(sums).sort("subject_id")
    table = found.collect(engine="streaming")
    return {name: table[name].to_numpy() for name in table.columns}


def pandas_sums(folder: Path, plan: Plan) -> dict[str, Any]:
    import pandas

    table = pq.read_table(folder / "records.parquet", columns=COLUMNS, read_dictionary=["result"])
    result = table.column("result").unify_dictionaries().combine_chunks().fill_null("")
    result = result.chunk(0) if hasattr(result, "chunk") else result
    day = (plan.as_of - type(plan.as_of)(1970, 1, 1)).days
    frame = pandas.DataFrame(
        {
            name: table.column(name).to_numpy()
            for name in ("subject_id", "item", "seriousness", "finality", "state")
        }
    )
    frame["age"] = day - table.column("decided_on").cast(pa.int32()).to_numpy().astype(np.int64)
    ends = table.column("valid_to").cast(pa.int32()).fill_null(FAR)
    frame["left"] = ends.to_numpy().astype(np.int64) - day
    frame["amount"] = table.column("amount_fen").fill_null(0).to_numpy().clip(0)
    frame["headcount"] = table.column("headcount").fill_null(0).to_numpy().astype(np.int64).clip(0)
    frame["result"] = result.indices.to_numpy()
    texts = result.dictionary.to_pylist()
    names = list(frame.columns)
    frame = frame[weighing(Pandas({name: frame[name].to_numpy() for name in names}, texts), plan)]
    columns = wanted(Pandas({name: frame[name].to_numpy() for name in names}, texts), plan)
    worths = pandas.DataFrame({name: each for name, (each, _) in columns.items()})
    worths["subject_id"] = frame["subject_id"].to_numpy()
    found = worths.groupby("subject_id", sort=True).agg({name: how for name, (_, how) in columns.items()})
    return {"subject_id": found.index.to_numpy(), **{name: found[name].to_numpy() for name in columns}}


def finished(sums: dict[str, Any], folder: Path, plan: Plan) -> Iterator[pa.RecordBatch]:
    """Caps, families, points and grades of everybody in the population, as whole columns."""
    people = np.sort(pq.read_table(folder / "population.parquet").column("subject_id").to_numpy())
    at = np.searchsorted(people, sums["subject_id"])
    whole = {name: np.zeros(len(people), np.int64) for name in sums}
    for name, column in sums.items():
        whole[name][at] = column
    contributions = np.zeros((len(people), len(plan.operations)), np.int64)
    for place, each in enumerate(plan.operations):
        points = whole[f"r{place}"]
        if each.bands:
            starts = np.array([start for start, _ in each.bands])
            values = np.array([0, *(value for _, value in each.bands)])
            points = np.where(
                whole[f"n{place}"] == 1, values[np.searchsorted(starts, points, side="right")], 0
            )
        contributions[:, place] = np.minimum(points, each.cap)
    reached = np.full(len(people), plan.start)
    for group in plan.groups:
        reached += group.sign * np.minimum(contributions[:, list(group.members)].sum(axis=1), group.cap)
    yield _batch(people, np.clip(reached, plan.least, plan.greatest), contributions, whole, plan)


def _batch(
    people: Any, reached: Any, contributions: Any, whole: dict[str, Any], plan: Plan
) -> pa.RecordBatch:
    starts = np.array([start for start, _ in plan.bands])
    ranks = np.array([rank for _, rank in plan.bands])[np.searchsorted(starts, reached, side="right") - 1]
    worst, decider = np.full(len(people), -1), np.full(len(people), len(plan.limits))
    for place, limit in enumerate(plan.limits, start=1):
        stricter = (whole[f"f{place}"] == 1) & (limit.rank > worst)
        worst, decider = np.where(stricter, limit.rank, worst), np.where(stricter, place - 1, decider)
    unseen = (whole["f0"] == 0) & (worst < 0)
    grades = np.where(unseen, len(plan.grades), np.maximum(ranks, worst))
    signs = np.array([plan.groups[each.family].sign for each in plan.operations])
    flat = pa.array((contributions * signs).astype(np.int32).reshape(-1))
    width = len(plan.operations)
    columns = [
        pa.array(people),
        pa.array(reached.astype(np.int32)),
        pa.array([*plan.grades, None]).take(pa.array(grades)),
        pa.array([*(limit.key for limit in plan.limits), None]).take(
            pa.array(np.where(worst > ranks, decider, len(plan.limits)))
        ),
        pa.ListArray.from_arrays(
            pa.array(np.arange(0, len(flat) + 1, width, dtype=np.int32)), flat, type=RESULT.field(4).type
        ),
    ]
    return pa.record_batch(columns, schema=RESULT)
