"""How often things happen in the sample city: every rate of the made-up histories stands in this one module.

Each enterprise belongs to a hidden tier of conduct, from exemplary (0) to grossly failing (4). The rates by
tier are set so that the first general model grades about 19 % A, 60 % B, 15 % C, 4 % D and 2 % E.
Unless said otherwise a number is occurrences in a thousand enterprises over the years that the city covers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

FIRST_DAY = date(2021, 1, 1)

TIERS = (220, 498, 250, 18, 14)
"""Enterprises in a thousand of each hidden tier."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a city, and how its records are cut into files.

    ``utility`` is bills in a thousand enterprises. ``routine`` multiplies permits, clean inspections and kept
    commitments, which tell little about conduct; failures do not grow with it.
    """

    key: str
    subjects: int
    utility: int
    routine: int
    years_a_file: int
    chunk: int


SIZES: Mapping[str, Size] = {
    "s": Size("s", 2_000, 700, 1, 2, 2_000),
    "m": Size("m", 100_000, 26_900, 2, 1, 25_000),
    "l": Size("l", 1_300_000, 24_800, 2, 1, 50_000),
}

RATES: Mapping[str, tuple[int, int, int, int, int]] = {
    "permit": (1_900, 1_700, 1_500, 1_300, 1_200),
    "penalty": (30, 160, 3_400, 5_300, 7_000),
    "inspection": (2_600, 2_300, 2_400, 2_800, 3_000),
    "abnormal_operation": (0, 15, 420, 700, 900),
    "serious_list": (0, 0, 0, 10, 1_700),
    "commitment": (2_200, 1_700, 1_300, 1_100, 1_000),
    "honour": (3_600, 200, 50, 0, 0),
    "complaint": (200, 450, 1_200, 2_500, 3_000),
    "evaluation": (900, 800, 800, 800, 800),
}

ROUTINE = frozenset({"permit", "inspection", "commitment"})

EVEN = frozenset({"penalty"})
"""Kinds that differ less from enterprise to enterprise of one tier: a third of the usual spread."""

SOLE_TRADER_SHARE: Mapping[str, int] = {"honour": 100, "evaluation": 200, "penalty": 800, "permit": 700}
"""Rate of a sole trader in a thousandth of an enterprise's rate, where it differs."""

PENALTY_KINDS: tuple[tuple[str, str, int, tuple[int, int, int, int, int]], ...] = (
    ("警告", "warning", 1, (600, 500, 270, 150, 60)),
    ("罚款", "fine", 2, (350, 400, 500, 480, 350)),
    ("警告;罚款", "warning+fine", 2, (50, 80, 140, 160, 120)),
    ("罚款;没收违法所得", "fine+confiscation", 2, (0, 20, 90, 160, 170)),
    ("罚款;责令停产停业", "fine+stoppage", 3, (0, 0, 0, 35, 180)),
    ("吊销许可证件", "revocation", 3, (0, 0, 0, 15, 120)),
)
"""Kinds of penalty: words, result, seriousness class, and in a thousand penalties of each tier."""

RECENT = (0, 0, 720, 700, 750)
"""Adverse acts in a thousand that fall into the last RECENT_DAYS, by tier; the others lie anywhere."""
RECENT_DAYS = 330

INSPECTION_FAILS = (15, 40, 120, 260, 400)
"""Inspections in a thousand that find something, by tier."""

COMMITMENT_BREAKS = (2, 10, 60, 180, 300)
"""Commitments in a thousand that were not kept, by tier."""

UTILITY_ARREARS = (2, 12, 50, 120, 200)
"""Utility bills in a thousand that were not paid in time, by tier."""

NOT_FINAL = 120
"""Penalties in a thousand that still can be overturned."""

DIRT_IN_TEN_THOUSAND: Mapping[str, int] = {
    "E01": 40,
    "E02": 25,
    "E03": 40,
    "E04": 20,
    "E05": 20,
    "E06": 80,
    "E08": 25,
    "E09": 60,
    "E10": 80,
    "E12": 80,
    "E13": 40,
    "E15": 60,
    "E16": 30,
    "E17": 35,
    "duplicate": 40,
}
"""Rows in ten thousand that carry each defect, in the files where that defect can occur."""
