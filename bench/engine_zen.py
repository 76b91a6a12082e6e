"""A plan as expressions of zen-engine, evaluated for one subject after another over its list of facts."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from engine_frames import FAR, finished

from xinheng.core.treatment import Fact, weighing
from xinheng.scoring.compile import Condition, Operation, Plan, Reduce


def condition_text(condition: Condition) -> str:
    parts = [
        f"#.age >= {condition.age_from}",
        f"#.item in {list(condition.items)}" if condition.items else "true",
    ]
    if condition.age_below is not None:
        parts.append(f"#.age < {condition.age_below}")
    if condition.classes:
        parts.append(f"#.rank in {list(condition.classes)}")
    if condition.results:
        parts.append("(" + " or ".join(f"contains(#.words, '{word}')" for word in condition.results) + ")")
    parts += [f"not contains(#.words, '{word}')" for word in condition.not_results]
    return " and ".join(parts)


def ladder_text(name: str, ladder: Any, texts: list[str]) -> str:
    found = "0"
    for (start, _), text in zip(ladder, texts, strict=True):
        found = f"(#.{name} >= {start} ? {text} : {found})"
    return found


def operation_text(operation: Operation) -> str:
    kept = f"filter(facts, {condition_text(operation.condition)})"
    kind = operation.reduce
    if kind is Reduce.YOUNGEST:
        return f"min(flatten([[{FAR}], map({kept}, #.age)]))"
    if kind is Reduce.COUNT:
        return f"len({kept})"
    if kind in (Reduce.AMOUNT, Reduce.HEADCOUNT):
        return f"sum(map({kept}, #.{kind.value}))"
    ladders = [
        ladder_text("age", ladder, [str(value) for _, value in ladder]) for _, ladder in operation.points
    ]
    points = ladders[0]
    if operation.valued_by:
        points = ladder_text(operation.valued_by.value, operation.points, ladders)
    if kind is Reduce.MAX:
        return f"max(flatten([[0], map({kept}, {points})]))"
    return f"sum(map({kept}, {points}))"


def texts_of(plan: Plan) -> dict[str, str]:
    texts = {f"r{place}": operation_text(each) for place, each in enumerate(plan.operations)}
    for place, each in enumerate(plan.operations):
        if each.bands:
            texts[f"n{place}"] = f"len(filter(facts, {condition_text(each.condition)})) > 0 ? 1 : 0"
    for place, condition in enumerate([plan.evidence, *(limit.condition for limit in plan.limits)]):
        texts[f"f{place}"] = f"len(filter(facts, {condition_text(condition)})) > 0 ? 1 : 0"
    return texts


def zen_rows(folder: Path, plan: Plan) -> Iterator[pa.RecordBatch]:
    """Caps and grades are added as for frames; treatment is applied before, so that zen has the easier part."""
    import zen

    expressions = {name: zen.compile_expression(text) for name, text in texts_of(plan).items()}
    weighs = weighing(plan.treatment, as_of=plan.as_of)
    found: dict[str, list[int]] = {name: [] for name in ("subject_id", *expressions)}
    table = pq.read_table(folder / "records.parquet").to_pylist()
    for subject, rows in groupby(table, key=lambda row: row.pop("subject_id")):
        facts = [fact for row in rows if weighs(fact := Fact(**row | {"result": row["result"] or ""}))]
        given = {"facts": [_fact(fact, plan) for fact in facts]}
        found["subject_id"].append(subject)
        for name, expression in expressions.items():
            found[name].append(int(expression.evaluate(given)))
    return finished({name: np.array(column) for name, column in found.items()}, folder, plan)


def _fact(fact: Fact, plan: Plan) -> dict[str, Any]:
    return {
        "item": fact.item,
        "age": (plan.as_of - fact.decided_on).days,
        "rank": fact.seriousness,
        "words": fact.result.split("+"),
        "amount": max(0, fact.amount_fen or 0),
        "headcount": max(0, fact.headcount or 0),
    }
