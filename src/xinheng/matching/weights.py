"""What each difference of two names weighs, and the most that a pair with such a difference may score.

The coefficients are those of a logistic regression fitted by `bench/match_fit.py`; of the pairs it learned from
nothing is kept but these numbers. The ceilings are set by hand: law lets two enterprises of one place share a 字号
in different trades, and one character apart is another enterprise, whatever a sample of pairs may say.
"""

from collections.abc import Mapping

import numpy as np

from xinheng.matching.pair_kernel import COLUMNS, Weighing

FITTED_ON = "2026-11-21"
FITTED_FROM = "3,153 labelled pairs of published names; 34,431 nearest neighbours with other codes; 683 pairs of one code"

BIAS = -1.068
COEFFICIENTS: dict[str, float] = {
    "same_core": 0.782,
    "same_brand": 5.742,
    "brand_within": 3.094,
    "one_replaced": -1.878,
    "replaced_alike": 4.226,
    "rearranged": 2.056,
    "only_added": 0.632,
    "brand_length": -2.532,
    "trade_wider": -0.546,
    "place_differs": -2.169,
    "form_differs": -0.167,
    "branch_differs": -5.697,
    "number_differs": -0.77,
}
CEILINGS: dict[str, float] = {
    "number_differs": 0.03,
    "branch_differs": 0.10,
    "place_differs": 0.10,
    "branch_missing": 0.20,
    "one_replaced": 0.25,
    "form_differs": 0.30,
    "brand_differs": 0.40,
    "unnamed": 0.40,
    "site_differs": 0.50,
    "place_level": 0.60,
    "trade_missing": 0.60,
    "trade_differs": 0.60,
    "trade_wider": 0.70,
    "group_differs": 0.90,
}
CONTINUOUS = 0.05
"""Share of a score by which a greater distance of the rest lowers it, so that the nearer of two stands first."""

SAME_FROM = 0.80
DIFFERENT_BELOW = 0.30
"""Between the two a person has to look."""

_NO_CEILING = 2.0


def weighing(bias: float = BIAS, coefficients: Mapping[str, float] = COEFFICIENTS) -> Weighing:
    """What the kernel weighs with."""
    return Weighing(
        coefficients=np.array([coefficients.get(name, 0.0) for name in COLUMNS]),
        ceilings=np.array([CEILINGS.get(name, _NO_CEILING) for name in COLUMNS]),
        others=np.array([bias, CONTINUOUS]),
    )


WEIGHING = weighing()
