"""Arbitrary models, rules and cities: strategies for hypothesis, and a city as files."""

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st
from tests.core.examples import AS_OF, BANDS, ceiling, indicator, model

from xinheng.core.evaluation import Fact
from xinheng.core.models import ScoringModel, grade_word
from xinheng.core.treatment import Treatment
from xinheng.scoring.snapshot import POPULATION, SCHEMA, write_snapshot

City = list[tuple[str, str | None, list[Fact]]]

# ---- strategies -------------------------------------------------------------------------------------

ITEMS = ("penalty", "inspection", "honour", "serious_list", "commitment")
NUMBERS = (4, 12, 19, 14, 16)
EVALUATION = 17
OTHER_MODEL = "credit/other-model"
WORDS = ("fine", "warning", "kept", "fined")
CLASS_WORDS = ("none", "minor", "general", "serious")

EDGES = (1, 30, 90, 365)
"""Windows and steps lie on these days, facts on them and next to them, so that every border is met."""
YUAN = (0, 1, 10, 50)
PERSONS = (0, 1, 3, 6)

points = st.integers(1, 300_000).map(lambda milli: Decimal(milli) / 1000)
caps = st.one_of(st.integers(1_000, 900_000), st.integers(1_000, 90_000)).map(
    lambda milli: Decimal(milli) / 1000
)


def steps(edges: tuple[int, ...], *, first: int | None = None) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Ascending steps on some of the edges, the first one at ``first`` if given."""
    starts = st.lists(st.sampled_from(edges), min_size=1, max_size=7, unique=True).map(sorted)
    if first is not None:
        starts = starts.map(lambda found: [first, *(edge for edge in found if edge > first)])
    return starts.flatmap(
        lambda found: st.lists(points, min_size=len(found), max_size=len(found)).map(
            lambda values: [
                {"start": start, "points": value} for start, value in zip(found, values, strict=True)
            ]
        )
    )


BANDS_OF = {
    "count": (0, 1, 2, 3),
    "distinct": (0, 1, 2, 3),
    "amount": YUAN,
    "headcount": PERSONS,
    "days_since": (0, *EDGES),
}


@st.composite
def filters(draw: st.DrawFn) -> dict[str, Any]:
    if draw(st.integers(0, 5)) == 5:
        return {
            "items": ["evaluation"],
            "grades_of": OTHER_MODEL,
            "grades": draw(st.lists(st.sampled_from("ABCD"), min_size=1, max_size=3, unique=True)),
        }
    chosen: dict[str, Any] = {
        "items": draw(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=4, unique=True))
    }
    if draw(st.integers(0, 2)) == 2:
        chosen["seriousness"] = draw(st.lists(st.sampled_from(CLASS_WORDS), min_size=1, unique=True))
    if draw(st.integers(0, 2)) == 2:
        words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True))
        chosen[draw(st.sampled_from(("results", "not_results")))] = words
    if draw(st.integers(0, 3)) == 3:
        chosen["amount_from_yuan"] = draw(st.sampled_from(YUAN[:2]))
        chosen["amount_below_yuan"] = draw(st.sampled_from(YUAN[2:]))
    if draw(st.integers(0, 3)) == 3:
        chosen["headcount_from"] = draw(st.sampled_from(PERSONS[:2]))
        chosen["headcount_below"] = draw(st.sampled_from(PERSONS[2:]))
    return chosen


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    """A window by age, perhaps without the last days, or by calendar years."""
    if draw(st.integers(0, 2)) == 2:
        last = draw(st.integers(0, 1))
        return {"calendar_years": [last + draw(st.integers(0, 2)), last], "window_days": None}
    days = draw(st.sampled_from((365, 800, *EDGES)))
    skipped = [edge for edge in (0, *EDGES) if edge < days]
    return {"window_days": days, "skip_days": draw(st.sampled_from(skipped)) if draw(st.booleans()) else 0}


@st.composite
def decays(draw: st.DrawFn, window: int) -> dict[str, Any]:
    possible = st.one_of(st.sampled_from(EDGES), st.integers(1, window))
    days = draw(st.lists(possible, max_size=9, unique=True).map(sorted))
    shares = draw(st.lists(st.integers(0, 1000), min_size=len(days) + 1, max_size=len(days) + 1))
    shares.sort(reverse=True)
    return {
        "table": [
            {"from_day": day, "per_mille": share} for day, share in zip([0, *days], shares, strict=True)
        ]
    }


MEASURES = ("each", "once", "latest", "exists", "count", "distinct", "amount", "headcount", "days_since")


@st.composite
def indicators(draw: st.DrawFn, place: int, effects: dict[str, str]) -> dict[str, Any]:
    family, window, facts = draw(st.sampled_from(sorted(effects))), draw(windows()), draw(filters())
    measure = draw(st.sampled_from(MEASURES))
    made = indicator(f"i{place}", family=family, facts=facts, measure=measure, cap=draw(caps)) | window
    del made["points"]
    if effects[family] == "plus" and draw(st.booleans()):
        made["floor"] = draw(points)
    if measure == "distinct":
        made["of"] = draw(st.sampled_from(ways(facts)))
    if measure in ("each", "once", "count") and draw(st.booleans()):
        made |= {"per": "year", "year_cap": draw(st.integers(1, 2) if measure == "count" else points)}
    if measure in BANDS_OF:
        made["bands"] = draw(steps(BANDS_OF[measure]))
        return made
    return made | draw(scales(measure, facts, window["window_days"] or 365))


def ways(facts: dict[str, Any]) -> list[str]:
    """What can be told apart among such facts."""
    named = len(facts["items"]) > 1, len(facts.get("results", facts.get("grades", ()))) > 1
    return ["year", *(["item"] if named[0] else []), *(["result"] if named[1] else [])]


@st.composite
def scales(draw: st.DrawFn, measure: str, facts: dict[str, Any], window: int) -> dict[str, Any]:
    """Points of one fact."""
    if measure == "exists":
        return {"points": draw(points)}
    scale = draw(st.sampled_from(("points", "by_amount", "by_headcount", "by_result")))
    made: dict[str, Any] = {}
    if scale == "by_result":
        known = st.sampled_from(facts.get("grades", WORDS))
        words = draw(st.lists(known, min_size=1, max_size=3, unique=True))
        worth = st.one_of(points, st.sampled_from((Decimal(0), Decimal(7))))
        made["by_result"] = [{"result": word, "points": draw(worth)} for word in words]
    elif scale == "points":
        made["points"] = draw(points)
    else:
        made[scale] = draw(steps(YUAN if scale == "by_amount" else PERSONS, first=0))
    return made | ({"decay": draw(decays(window))} if draw(st.booleans()) else {})


@st.composite
def rules(draw: st.DrawFn, key: str, most: int) -> list[dict[str, Any]]:
    """Facts to which something is tied, in a window or however old."""
    found = []
    for place in range(draw(st.integers(0, most))):
        made = ceiling(f"{key}{place}", "E", facts=draw(filters()))
        del made["grade"]
        found.append(made | (draw(windows()) if draw(st.booleans()) else {}))
    return found


@st.composite
def models(draw: st.DrawFn) -> ScoringModel:
    effects = {key: draw(st.sampled_from(("plus", "minus"))) for key in ("lawful", "kept", "merit")}
    count = draw(st.integers(1, 6))
    ceilings = [each | {"grade": draw(st.sampled_from("BCDE"))} for each in draw(rules("c", 4))]
    split = draw(st.integers(0, len(ceilings)))
    least = draw(st.sampled_from((0, 0, 100)))
    return model(
        families=[
            {"id": key, "label": key, "effect": effect, "cap": draw(caps)}
            | ({"floor": draw(points)} if effect == "plus" and draw(st.booleans()) else {})
            for key, effect in effects.items()
        ],
        indicators=[draw(indicators(place, effects)) for place in range(count)],
        vetoes=ceilings[:split],
        limits=ceilings[split:],
        downgrades=[each | {"levels": draw(st.integers(1, 3))} for each in draw(rules("d", 2))],
        starts=[each | {"points": draw(st.integers(0, 1000))} for each in draw(rules("s", 2))],
        scale={"max": 1000, "min": least, "start": draw(st.integers(least, 1000)), "bands": BANDS},
        evidence={
            "items": draw(st.lists(st.sampled_from(ITEMS), max_size=2, unique=True)),
            "window_days": draw(st.sampled_from(EDGES)),
        },
        population={"kinds": ["enterprise", "branch"], "sectors": ["food", "transport"]},
    )


treatments = st.builds(
    Treatment,
    disputed_weighs=st.booleans(),
    final_items=st.frozensets(st.sampled_from(NUMBERS), max_size=2),
    presumed_final_days=st.sampled_from((0, *EDGES, None)),
    longest_days=st.dictionaries(
        st.sampled_from(NUMBERS), st.tuples(*[st.sampled_from((400, 0, *EDGES))] * 4), max_size=2
    ).map(lambda found: tuple(sorted(found.items()))),
    otherwise_days=st.sampled_from((1825, 365, 30)),
    until_removed=st.frozensets(st.sampled_from(NUMBERS), max_size=2),
    outlive_validity=st.frozensets(st.sampled_from(NUMBERS), max_size=2),
)

YEAR_ENDS = tuple((AS_OF - date(AS_OF.year - back, 1, 1)).days for back in (0, 1, 2))
AGES = (-1, *sorted({edge + shift for edge in (*EDGES, *YEAR_ENDS) for shift in (-1, 0, 1)}), 400)
AMOUNTS = (None, -1, *sorted({100 * edge + shift for edge in YUAN for shift in (-1, 0, 1)}))
ENDS = (None, None, None, -30, -1, 0, 1, 30)


def some_fact(chance: random.Random) -> Fact:
    end, item = chance.choice(ENDS), chance.choice((*NUMBERS, *NUMBERS, EVALUATION, EVALUATION, 3))
    results = ("", "fine", "fine+warning", "warning", "kept", "fined", "fined+kept")
    if item == EVALUATION:
        results = (*(grade_word(OTHER_MODEL, letter) for letter in "ABCDE"), "A")
    return Fact(
        record_id=0,
        item=item,
        decided_on=AS_OF - timedelta(days=chance.choice(AGES)),
        valid_to=None if end is None else AS_OF + timedelta(days=end),
        amount_fen=chance.choice(AMOUNTS),
        headcount=chance.choice((None, -1, 0, 1, 2, 3, 5, 6, 7)),
        seriousness=chance.randrange(4),
        finality=chance.choice((0, 1, 2, 3, 4, 5, 6, 6, 6)),
        state=chance.choice((1, 1, 1, 1, 2, 3, 4, 5, 6, 7)),
        result=chance.choice(results),
    )


def some_city(seed: int) -> City:
    """Forty subjects, most of which the models cover; a seed keeps the examples of hypothesis small."""
    chance = random.Random(seed)
    return [
        (
            chance.choice(("enterprise", "enterprise", "enterprise", "branch", "sole_trader")),
            chance.choice(("food", "food", "transport", "retail", None)),
            [some_fact(chance) for _ in range(chance.choice((0, 1, 5, 20, 50)))],
        )
        for _ in range(40)
    ]


cities = st.integers(0, 2**32 - 1).map(some_city)


def numbered(city: City) -> dict[int, tuple[str, str | None, list[Fact]]]:
    """Subjects 1, 2, … with records numbered through."""
    found, number = {}, 0
    for subject, (kind, sector, given_facts) in enumerate(city, start=1):
        own = []
        for given in given_facts:
            number += 1
            own.append(
                Fact(**{name: getattr(given, name) for name in Fact.__slots__} | {"record_id": number})
            )
        found[subject] = (kind, sector, own)
    return found


def rows_of(city: dict[int, tuple[str, str | None, list[Fact]]]) -> list[dict[str, Any]]:
    return [
        {"subject_id": subject} | {name: getattr(each, name) for name in Fact.__slots__}
        for subject, (_, _, own) in city.items()
        for each in own
    ]


def store(city: dict[int, tuple[str, str | None, list[Fact]]], folder: Path) -> tuple[Path, Path]:
    """Snapshot and population of a city as files."""
    snapshot, population = folder / "records.parquet", folder / "population.parquet"
    write_snapshot([pa.RecordBatch.from_pylist(rows_of(city), schema=SCHEMA)], snapshot)
    people = [
        {"subject_id": subject, "kind": kind, "sector": sector} for subject, (kind, sector, _) in city.items()
    ]
    pq.write_table(pa.Table.from_pylist(people, schema=POPULATION), population)
    return snapshot, population
