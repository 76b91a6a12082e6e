"""Splink on labelled pairs, for comparison: by the name as a whole, and by the parts that `xinheng.matching.names` gives.

Splink is no dependency; it is installed beside (`pip install splink`). Each pair is one comparison; u comes from random pairs,
m from expectation maximisation over the pairs, as its tutorials have it.
Run: python bench/match_splink.py PAIRS.csv
"""

import csv
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import splink.comparison_library as cl
from match_fit import curve
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from xinheng.matching.names import parse_name

BY_NAME = [cl.JaroWinklerAtThresholds("name", [0.97, 0.95, 0.9, 0.85, 0.8, 0.7])]
BY_PARTS = [
    cl.JaroWinklerAtThresholds("brand", [0.95, 0.85, 0.7]),
    cl.LevenshteinAtThresholds("trade", [1, 2]),
    cl.ExactMatch("region"),
    cl.ExactMatch("form"),
    cl.LevenshteinAtThresholds("branch", [1]),
]


def frame(names: list[str]) -> Any:
    parts = [parse_name(name) for name in names]
    return pd.DataFrame(
        {
            "unique_id": range(len(names)),
            "pair": range(len(names)),
            "name": names,
            "brand": [one.brand for one in parts],
            "trade": [one.trade or None for one in parts],
            "region": [one.region.text or None for one in parts],
            "form": [str(one.form) or None for one in parts],
            "branch": [one.branch or "-" for one in parts],
        }
    )


def scores(left: Any, right: Any, comparisons: list[Any], prior: float) -> Any:
    api = DuckDBAPI()
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[block_on("pair")],
        probability_two_random_records_match=prior,
    )
    linker = Linker([api.register(left), api.register(right)], settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("pair"))
    found = linker.inference.predict().as_pandas_dataframe()
    weight = np.zeros(len(left))
    weight[found["unique_id_l"].astype(int)] = found["match_weight"]
    return weight


def main() -> None:
    with Path(sys.argv[1]).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    labels = np.array([row["same_subject"] == "1" for row in rows])
    left, right = frame([row["name1"] for row in rows]), frame([row["name2"] for row in rows])
    for title, comparisons in (("by name", BY_NAME), ("by parts", BY_PARTS)):
        begun = time.perf_counter()
        found = scores(left, right, comparisons, float(labels.mean()))
        print(title, curve(found, labels), f"{time.perf_counter() - begun:.1f} s")


if __name__ == "__main__":
    main()
