"""Screening of names: names a second against a list, and pairs a second beside the scorer of yente (nomenklatura, logic-v2) on
the very same pairs in the same run, with precision and recall of both.

Pairs are made up where none are given: a name of bench/match.py and what a department makes of it are one enterprise, a name
and its nearest other name in the list are two; as many of each, drawn with a fixed seed. Labelled pairs (name1, name2,
same_subject) are taken by --pairs. Ours says the same from its own threshold on, yente from 0.7 on, its default; average
precision and recall at 99 % precision need no threshold. Pairs a second are of processor time on one core, best of three rounds,
which a loaded machine leaves comparable. Entities of yente are built before its clock runs, and what it caches of a name
is warm from the second round on; its result names the parts that scored. Three figures of ours stand beside it: per_s, of names
parted before the clock runs, as those of a list are, all pairs at once and scores alone; told_per_s, the same one by one with the
reason in Chinese; fresh_per_s, with both names parted in every round and the reason.
nomenklatura is no dependency; it lies in an environment of its own, named by --other:
    python -m venv OTHER && OTHER/bin/pip install nomenklatura
Run: python bench/screening.py --other OTHER/bin/python [--size s|m|l] [--pairs PAIRS.csv] [--json]
"""

import json
import random
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from match import made_up, perturbations
from match_fit import Pair, curve, read_pairs
from measuring import parser, tell

from xinheng.core.credit_code import ALPHABET
from xinheng.matching import features, names, trades, weights
from xinheng.matching.comparing import compare_many, compare_names, compare_parts
from xinheng.matching.index import NameIndex
from xinheng.matching.lines import PartedNames
from xinheng.matching.listing import Asked, SubjectList
from xinheng.matching.names import part_name

SIZES = {"s": (5_000, 1_000), "m": (50_000, 5_000), "l": (200_000, 10_000)}
"""Names on the list, and pairs of each kind."""
YENTE_FROM = 0.7
ROUNDS = 3
OTHER = """
import json, sys, time
from nomenklatura.matching import get_algorithm
from nomenklatura.matching.types import ScoringConfig
from followthemoney import model

algorithm = get_algorithm("logic-v2")
assert algorithm is not None
rows = json.load(open(sys.argv[1], encoding="utf-8"))
rounds = int(sys.argv[3])
config = algorithm.default_config()

def entity(number, name):
    return model.get_proxy({"id": f"n{number}", "schema": "Company", "properties": {"name": [name]}})

pairs = [(entity(2 * n, one), entity(2 * n + 1, other)) for n, (one, other) in enumerate(rows)]
for one, other in pairs[:50]:
    algorithm.compare(one, other, config)
best = None
for _ in range(rounds):
    begun = time.process_time()
    scores = [algorithm.compare(one, other, config).score for one, other in pairs]
    spent = time.process_time() - begun
    best = spent if best is None else min(best, spent)
json.dump({"seconds": best, "scores": scores}, open(sys.argv[2], "w", encoding="utf-8"))
"""


def made_up_pairs(firms: list[str], count: int, chance: random.Random) -> list[Pair]:
    """As many of one enterprise as of two; a rule that leaves a name as it was makes no pair."""
    rules = [rule for title, rule in perturbations().items() if title != "same"]
    pairs: list[Pair] = []
    while len(pairs) < count:
        name = chance.choice(firms)
        written = chance.choice(rules)(chance, name)
        if written != name:
            pairs.append(Pair(name, written, True))
    index = NameIndex.build(firms)
    drawn = chance.sample(firms, count)
    for name, found in zip(drawn, index.nearest_many(drawn, 5), strict=True):
        other = next((one.name for one in found if one.name != name), None)
        if other is not None:
            pairs.append(Pair(name, other, False))
    chance.shuffle(pairs)
    return pairs


def forget_names() -> None:
    for room, kept in ((names, "_remembered"), (features, "_line"), (trades, "has_name")):
        getattr(room, kept).cache_clear()


def fresh(pairs: Sequence[Pair]) -> tuple[float, list[float]]:
    """Seconds of processor time of the best round and the scores; nothing is remembered from one round to the next."""
    best, scores = float("inf"), []
    for _ in range(ROUNDS):
        forget_names()
        begun = time.process_time()
        scores = [compare_names(pair.name1, pair.name2).score for pair in pairs]
        best = min(best, time.process_time() - begun)
    return best, scores


def parted(pairs: Sequence[Pair]) -> Iterator[tuple[str, float]]:
    """Pairs a second of names that are parted already, and names a second that are."""
    begun = time.process_time()
    ones = PartedNames.of(part_name(pair.name1) for pair in pairs)
    others = PartedNames.of(part_name(pair.name2) for pair in pairs)
    yield "parted_names_per_s", round(2 * len(pairs) / (time.process_time() - begun))
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        compare_many(ones, range(len(pairs)), others, range(len(pairs)))
        best = min(best, time.process_time() - begun)
    yield "per_s", round(len(pairs) / best)
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        for at in range(len(pairs)):
            compare_parts(ones.parts(at), others.parts(at))
        best = min(best, time.process_time() - begun)
    yield "told_per_s", round(len(pairs) / best)


def theirs(pairs: Sequence[Pair], python: Path) -> tuple[float, list[float]]:
    with TemporaryDirectory() as folder:
        asked, told = Path(folder) / "pairs.json", Path(folder) / "scores.json"
        asked.write_text(json.dumps([(one.name1, one.name2) for one in pairs]), encoding="utf-8")
        subprocess.run([str(python), "-c", OTHER, str(asked), str(told), str(ROUNDS)], check=True)
        found = json.loads(told.read_text(encoding="utf-8"))
    return float(found["seconds"]), list(found["scores"])


def told_of(title: str, scores: list[float], labels: np.ndarray, least: float) -> Iterator[tuple[str, float]]:
    said = np.array(scores) >= least
    yield f"{title}_precision", round(float(labels[said].mean()), 4) if said.any() else 0.0
    yield f"{title}_recall", round(float(said[labels].mean()), 4)
    for name, value in curve(np.array(scores), labels).items():
        yield f"{title}_{name}", value


def screened(firms: list[str], chance: random.Random) -> Iterator[tuple[str, float]]:
    """A list of a tenth of the names with codes, asked for by all kinds of writing without a code."""
    listed = firms[: max(len(firms) // 10, 1_000)]
    rows = [(name, "".join(chance.choice(ALPHABET) for _ in range(18))) for name in listed]
    begun = time.perf_counter()
    lists = SubjectList(rows)
    yield "list_names", len(listed)
    yield "list_build_s", round(time.perf_counter() - begun, 2)
    rules = list(perturbations().values())
    asked = [
        Asked(chance.choice(rules)(chance, chance.choice(firms))) for _ in range(min(len(firms), 10_000))
    ]
    list(lists.match(asked[:64]))
    begun = time.perf_counter()
    list(lists.match(asked))
    yield "screened_per_s", round(len(asked) / (time.perf_counter() - begun))


def main() -> None:
    options = parser(__doc__, sizes=tuple(SIZES), size="m")
    options.add_argument("--pairs", type=Path)
    options.add_argument("--other", type=Path)
    given = options.parse_args()
    chance = random.Random(20261122)
    count, of_each = SIZES[given.size]
    firms = made_up(count, chance)
    figures: dict[str, float] = dict(screened(firms, chance))
    pairs = read_pairs(given.pairs) if given.pairs else made_up_pairs(firms, of_each, chance)
    labels = np.array([pair.same for pair in pairs])
    seconds, scores = fresh(pairs)
    figures |= {"pairs": len(pairs), "fresh_per_s": round(len(pairs) / seconds), **dict(parted(pairs))}
    figures |= dict(told_of("ours", scores, labels, weights.SAME_FROM))
    if given.other is None:
        print("yente: skipped, for no environment with nomenklatura was given (--other)")
    else:
        other_seconds, other_scores = theirs(pairs, given.other)
        figures["yente_per_s"] = round(len(pairs) / other_seconds)
        figures["ratio"] = round(figures["per_s"] / figures["yente_per_s"], 1)
        figures["told_ratio"] = round(figures["told_per_s"] / figures["yente_per_s"], 1)
        figures["fresh_ratio"] = round(other_seconds / seconds, 1)
        figures |= dict(told_of("yente", other_scores, labels, YENTE_FROM))
    tell("screening", figures, as_json=given.json)


if __name__ == "__main__":
    main()
