"""The chances of a draw over thousands of seeds. The seeds are fixed, so the counts are too."""

import hashlib
from collections import Counter
from itertools import combinations
from math import sqrt

import pytest

from xinheng.core.draw_rule import Dealer, deal, select

SEEDS = [hashlib.sha256(f"seed {n}".encode()).digest() for n in range(6000)]
OBJECTS = [f"object{n:02d}" for n in range(20)]
INSPECTORS = [Dealer(f"inspector{n}", frozenset(), 1000, frozenset()) for n in range(6)]


def deviations(counts, *, trials, chance):
    """Distance of each count from its expectation in standard deviations."""
    spread = sqrt(trials * chance * (1 - chance))
    return [abs(count - trials * chance) / spread for count in counts]


@pytest.mark.row("M8-03")
@pytest.mark.parametrize("size", [1, 5, 10, 19])
def test_every_object_is_drawn_as_often_as_its_ratio_says(size):
    counts = Counter(key for seed in SEEDS for key in select(seed, stratum="usual", keys=OBJECTS, count=size))
    far = deviations([counts[key] for key in OBJECTS], trials=len(SEEDS), chance=size / len(OBJECTS))
    assert max(far) < 4


@pytest.mark.row("M8-03")
def test_every_pair_of_objects_is_drawn_together_equally_often():
    drawn = (sorted(select(seed, stratum="usual", keys=OBJECTS, count=5)) for seed in SEEDS)
    counts = Counter(pair for keys in drawn for pair in combinations(keys, 2))
    pairs = list(combinations(OBJECTS, 2))
    far = deviations([counts[pair] for pair in pairs], trials=len(SEEDS), chance=5 * 4 / (20 * 19))
    assert max(far) < 4.5
    assert sum(distance**2 for distance in far) / len(pairs) < 1.3


def test_every_object_comes_first_equally_often():
    counts = Counter(select(seed, stratum="usual", keys=OBJECTS, count=5)[0] for seed in SEEDS)
    assert max(deviations([counts[key] for key in OBJECTS], trials=len(SEEDS), chance=1 / 20)) < 4


def test_strata_are_drawn_independently():
    both = sum(
        "object00" in select(seed, stratum="one", keys=OBJECTS, count=5)
        and "object00" in select(seed, stratum="two", keys=OBJECTS, count=5)
        for seed in SEEDS
    )
    assert max(deviations([both], trials=len(SEEDS), chance=1 / 16)) < 4


def test_every_pair_of_inspectors_goes_to_an_object_equally_often():
    teams = [deal(seed, objects=[("", "a"), ("", "b")], inspectors=INSPECTORS, team=2) for seed in SEEDS]
    pairs = list(combinations(sorted(person.key for person in INSPECTORS), 2))
    for position in (0, 1):
        counts = Counter(tuple(sorted(team[position])) for team in teams)
        assert max(deviations([counts[pair] for pair in pairs], trials=len(SEEDS), chance=1 / 15)) < 4


def test_a_recusal_does_not_favour_any_of_the_others():
    people = [Dealer("barred", frozenset(), 1000, frozenset({"a"})), *INSPECTORS]
    counts = Counter(
        key for seed in SEEDS for key in deal(seed, objects=[("", "a")], inspectors=people, team=2)[0]
    )
    assert "barred" not in counts
    far = deviations([counts[person.key] for person in INSPECTORS], trials=len(SEEDS), chance=2 / 6)
    assert max(far) < 4


def test_the_order_of_the_inspector_library_does_not_matter():
    objects = [("", f"o{n}") for n in range(30)]
    for seed in SEEDS[:50]:
        there = deal(seed, objects=objects, inspectors=INSPECTORS, team=2)
        assert there == deal(seed, objects=objects, inspectors=INSPECTORS[::-1], team=2)
