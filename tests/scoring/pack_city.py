"""A sample city as snapshot and population, with facts added for every result word that a model names.

The histories of the sample hold what departments of any city send; the facts of one sector are added here, drawn by
a digest of subject and line, so that the same call gives the same files.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.composition import parts_of
from xinheng.core.feeds import ITEMS
from xinheng.core.models import CLASSES, Ceiling, Indicator, Rule, ScoringModel, read_model
from xinheng.core.policy import load_policy
from xinheng.core.records import Finality
from xinheng.sample.city import SampleCity, found_city
from xinheng.sample.histories import SHAPES, history
from xinheng.sample.places import City, County
from xinheng.scoring.run import run_batch
from xinheng.scoring.snapshot import POPULATION, SCHEMA

AS_OF = date(2026, 11, 20)
POLICY = Path(__file__).parents[2] / "policy"
PACKS = sorted((POLICY / "models").glob("*/*.yml"))
PLACE = City(
    key="kaifeng",
    code="410200",
    name="开封市",
    short_name="开封",
    mark="汴",
    province="河南",
    counties=(County("410202", "龙亭区", 14), County("410203", "顺河回族区", 12)),
)
FACTS = (
    "sid::BIGINT AS subject_id, (num * 32 + {item})::BIGINT AS record_id, {item}::SMALLINT AS item, decided_on, valid_to, "
    "amount_fen, headcount, seriousness::TINYINT AS seriousness, finality::TINYINT AS finality, 1::TINYINT AS state, result"
)
GOOD, BAD, GRAVE = 300, 60, 8
"""Subjects in a thousand that get a fact of a line that helps, of one that burdens, of a veto or limit.

One subject gets it in any case. Lines without a word have their facts in the sample: there it is that one alone.
"""
ADDED = 10**12
"""Record numbers from here on are added facts."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The records and subjects of a sample city; ``sectors`` are those that occur in it."""

    records: pa.Table
    subjects: pa.Table

    @property
    def sectors(self) -> frozenset[str]:
        return frozenset(self.subjects["sector"].to_pylist())


def ground_of(sample: SampleCity) -> Ground:
    kinds = " UNION ALL ".join(
        f"SELECT {FACTS.format(item=ITEMS[kind])} FROM ({history(kind, size=sample.size, as_of=sample.as_of)})"
        for kind in SHAPES
    )
    records = sample.connection.sql(f"SELECT * FROM ({kinds})").to_arrow_table().cast(SCHEMA)
    people = "SELECT sid::BIGINT AS subject_id, kind, sector FROM enterprise ORDER BY sid"
    return Ground(records, sample.connection.sql(people).to_arrow_table().cast(POPULATION))


def small_ground(scratch: Path, *, size: str = "s") -> Ground:
    sample = found_city(city=PLACE, size=size, seed=7, as_of=AS_OF, scratch=scratch)
    try:
        return ground_of(sample)
    finally:
        sample.connection.close()


def write_city(model: ScoringModel, ground: Ground, folder: Path, *, added: bool = True) -> tuple[Path, Path]:
    """Snapshot and population for one model; a sector that the sample lacks is given to every seventh subject."""
    snapshot, population = folder / "records.parquet", folder / "population.parquet"
    subjects = _with_sector(model, ground)
    extra = pa.Table.from_pylist(list(_added(model, subjects)) if added else [], schema=SCHEMA)
    table = pa.concat_tables([ground.records, extra])
    order = [(name, "ascending") for name in ("subject_id", "decided_on", "record_id")]
    pq.write_table(table.sort_by(order), snapshot)
    pq.write_table(subjects, population)
    return snapshot, population


def _with_sector(model: ScoringModel, ground: Ground) -> pa.Table:
    wanted = model.population.sectors
    if not wanted or ground.sectors & set(wanted):
        return ground.subjects
    rows = ground.subjects.to_pylist()
    for row in rows:
        if row["subject_id"] % 7 == 0:
            row["sector"] = wanted[row["subject_id"] // 7 % len(wanted)]
    return pa.Table.from_pylist(rows, schema=POPULATION)


def _added(model: ScoringModel, subjects: pa.Table) -> Iterator[dict[str, Any]]:
    covered = [row for row in subjects.to_pylist() if model.covers(kind=row["kind"], sector=row["sector"])]
    number = ADDED
    for place, part in parts_of(model):
        for word, item in _words(part):
            share = 0 if item in SHAPES and not word else _share(model, part)
            sure = _digest(model.id, place, word) % len(covered)
            for index, row in enumerate(covered):
                chance = _digest(model.id, place, word, row["subject_id"])
                if chance % 1000 < share or index == sure:
                    number += 1
                    yield _fact(part, row["subject_id"], number, item=item, word=word, chance=chance // 1000)


def _share(model: ScoringModel, part: Indicator | Rule) -> int:
    if isinstance(part, Indicator):
        burdens = model.family_of[part.family].effect is model.burden
        return BAD if burdens else GOOD
    return GRAVE if isinstance(part, Ceiling) else BAD


def _words(part: Indicator | Rule) -> Iterator[tuple[str, str]]:
    """Result words with their items; where no word is named, the items."""
    for word in part.facts.words:
        yield word, part.facts.items[0]
    if not part.facts.words:
        for item in part.facts.items:
            yield "", item


def _fact(
    part: Indicator | Rule, subject: int, number: int, *, item: str, word: str, chance: int
) -> dict[str, Any]:
    since, below = part.ages(as_of=AS_OF)
    age = since + chance % max(1, min(below or 1000, 1800) - since)
    facts = part.facts
    yuan = (facts.amount_from_yuan or 0) + chance // 7 % 90_000
    people = (facts.headcount_from or 0) + chance // 11 % 15
    return {
        "subject_id": subject,
        "record_id": number,
        "item": ITEMS[item],
        "decided_on": AS_OF - timedelta(days=age),
        "valid_to": None,
        "amount_fen": 100 * min(yuan, (facts.amount_below_yuan or 10**9) - 1),
        "headcount": min(people, (facts.headcount_below or 10**6) - 1),
        "seriousness": CLASSES.index(facts.seriousness[0]) if facts.seriousness else 0,
        "finality": Finality.FINAL.value,
        "state": 1,
        "result": word,
    }


def _digest(*parts: object) -> int:
    text = "|".join(map(str, parts)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest())


def main(size: str) -> None:
    """Print how every pack grades the sample city of a size, with and without the added facts."""
    treatment = load_policy(POLICY, city="kaifeng").treatment(on=AS_OF)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ground = small_ground(folder / "scratch", size=size)
        for path in PACKS:
            model = read_model(path)
            line = []
            for added in (True, False):
                snapshot, population = write_city(model, ground, folder, added=added)
                summary = run_batch(
                    model,
                    treatment=treatment,
                    snapshot=snapshot,
                    population=population,
                    as_of=AS_OF,
                    out=folder / "out.parquet",
                )
                shares = summary.distribution.items()
                line.append(" ".join(f"{grade or '-'} {count}" for grade, count in shares))
            sys.stdout.write(f"{model.id:36} {line[0]:44} | {line[1]}\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "s")
