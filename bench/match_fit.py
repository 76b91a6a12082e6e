"""Fits the coefficients of `xinheng.matching.weights` to labelled pairs, and tells how it does on pairs it has not seen.

Reads CSV files with name1, name2, same_subject. Pairs of further files count as much together as --share says, for a
sample of hard pairs is not a sample of all. Folds are cut by enterprise, so that no name is on both sides. A column
keeps its sign: agreement never lowers a score, a difference never raises it.
Run: python bench/match_fit.py PAIRS.csv [--more FILE] [--share 2300]
"""

import argparse
import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from xinheng.matching import comparing, weights
from xinheng.matching.features import Difference, difference
from xinheng.matching.names import parse_name
from xinheng.matching.pair_kernel import COLUMNS

AGREEMENTS = frozenset(
    ("same_core", "same_brand", "brand_within", "replaced_alike", "rearranged", "only_added")
)
UNFITTED = frozenset(("brand_differs",))
"""The opposite of another column; it stands for reasons and ceilings."""
FOLDS = 5
RIDGE = 0.5


@dataclass(frozen=True, slots=True)
class Pair:
    name1: str
    name2: str
    same: bool
    weight: float = 1.0


def read_pairs(path: Path, *, share: float | None = None) -> list[Pair]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        found = [(row["name1"], row["name2"], row["same_subject"] == "1") for row in csv.DictReader(stream)]
    return [Pair(*row, 1.0 if share is None else share / len(found)) for row in found]


def folds(pairs: Sequence[Pair]) -> Any:
    """The fold of each pair: names that are one enterprise stay together."""
    head: dict[str, str] = {}

    def first(name: str) -> str:
        while head.setdefault(name, name) != name:
            name = head[name]
        return name

    for pair in pairs:
        if pair.same:
            head[first(parse_name(pair.name1).whole)] = first(parse_name(pair.name2).whole)
    keys = (min(first(parse_name(p.name1).whole), first(parse_name(p.name2).whole)) for p in pairs)
    return np.array([int(hashlib.sha256(key.encode()).hexdigest(), 16) % FOLDS for key in keys])


def rows_of(pairs: Iterable[Pair]) -> list[Difference]:
    return [difference(parse_name(pair.name1), parse_name(pair.name2)) for pair in pairs]


def matrix(rows: Sequence[Difference]) -> Any:
    return np.array([row.row for row in rows])


def _newton(design: Any, labels: Any, weight: Any) -> Any:
    design = np.hstack([np.ones((len(design), 1)), design])
    ridge = np.eye(design.shape[1]) * RIDGE
    ridge[0, 0] = 1e-6
    found = np.zeros(design.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (weight * (chance - labels)) + ridge @ found
        bend = (design * (weight * chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(bend, slope)
        found -= step
        if np.abs(step).max() < 1e-9:
            break
    return found


def fit(design: Any, labels: Any, weight: Any) -> tuple[float, dict[str, float]]:
    """Bias and coefficients; columns that would take the wrong sign are left out, the worst first."""
    used = [at for at, column in enumerate(COLUMNS) if column not in UNFITTED]
    while True:
        found = _newton(design[:, used], labels, weight)
        wrong = [
            (abs(value), at)
            for at, value in zip(used, found[1:], strict=True)
            if abs(value) > 1e-9 and (value < 0) == (COLUMNS[at] in AGREEMENTS)
        ]
        if not wrong:
            break
        used.remove(max(wrong)[1])
    kept = {
        COLUMNS[at]: round(float(value), 3)
        for at, value in zip(used, found[1:], strict=True)
        if abs(value) >= 0.005
    }
    return round(float(found[0]), 3), kept


def scores(rows: Sequence[Difference], fitted: tuple[float, dict[str, float]]) -> Any:
    """Scores as the product gives them, ceilings and all, under other coefficients."""
    weighing = weights.weighing(*fitted)
    return np.array([comparing.score_of(row, weighing=weighing) for row in rows])


def cross_validated(pairs: Sequence[Pair], rows: Sequence[Difference]) -> Any:
    """For each pair, the score by coefficients that were fitted without its fold."""
    design, fold = matrix(rows), folds(pairs)
    labels = np.array([pair.same for pair in pairs], dtype=float)
    weight = np.array([pair.weight for pair in pairs])
    found = np.zeros(len(pairs))
    for one in range(FOLDS):
        learn = fold != one
        fitted = fit(design[learn], labels[learn], weight[learn])
        found[~learn] = scores([row for row, held in zip(rows, ~learn, strict=True) if held], fitted)
    return found


def curve(score: Any, labels: Any) -> dict[str, float]:
    """Average precision, and the recall that is had at each precision."""
    order = np.argsort(-score, kind="stable")
    ranked, value = labels[order], score[order]
    right = np.cumsum(ranked)
    precision, recall = right / np.arange(1, len(ranked) + 1), right / ranked.sum()
    whole = np.append(value[1:] != value[:-1], True)
    found = {"average_precision": round(float((precision * ranked).sum() / ranked.sum()), 4)}
    for least in (0.999, 0.99, 0.95, 0.9):
        at = np.flatnonzero((precision >= least) & whole)
        found[f"recall_at_{least:g}"] = round(float(recall[at[-1]]), 4) if len(at) else 0.0
    return found


def joined(score: Any, labels: Any, *, least: float) -> dict[str, float]:
    """What is joined from a score of ``least`` on: how much of it wrongly, and how much of what should be."""
    said = score >= least
    right = float((said & labels).sum())
    return {
        "joined": int(said.sum()),
        "wrong_joins": round(float(1 - right / max(1, said.sum())), 4),
        "recall": round(float(right / labels.sum()), 4),
    }


def calibration(score: Any, labels: Any) -> list[tuple[str, int, float, float]]:
    """Bins of scores: how many pairs, the mean score, the share that is the same."""
    edges = (0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.01)
    found = []
    for low, high in pairwise(edges):
        held = (score >= low) & (score < high)
        if held.any():
            found.append(
                (
                    f"{low}–{min(high, 1)}",
                    int(held.sum()),
                    float(score[held].mean()),
                    float(labels[held].mean()),
                )
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--more", type=Path)
    parser.add_argument("--share", type=float, default=2300)
    given = parser.parse_args()
    own = read_pairs(given.pairs)
    pairs = own + (read_pairs(given.more, share=given.share) if given.more else [])
    rows = rows_of(pairs)
    score = cross_validated(pairs, rows)[: len(own)]
    labels = np.array([pair.same for pair in own])
    print(curve(score, labels), joined(score, labels, least=weights.SAME_FROM))
    for name, count, mean, share in calibration(score, labels):
        print(f"{name:>10} {count:>6} {mean:.3f} {share:.3f}")
    everything = np.array([pair.same for pair in pairs], dtype=float)
    bias, found = fit(matrix(rows), everything, np.array([pair.weight for pair in pairs]))
    print(f"BIAS = {bias}\nCOEFFICIENTS: dict[str, float] = {{")
    for column, value in found.items():
        print(f'    "{column}": {value},')
    print("}")


if __name__ == "__main__":
    main()
