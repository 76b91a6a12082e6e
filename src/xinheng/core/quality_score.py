"""What share of the delivered rows came in order, in time and with right codes, and one score of seven dimensions.

The rates are those by which cities are rated (数据合规率、迟报率、瞒报率、错报率、覆盖率; 重错码率 is in core.code_issues); no
document at hand names the seven dimensions or their weights, so that the weights are figures of policy to be confirmed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Self

from xinheng.core.catalogue import Item

LATE_CODE = "E09"
CODE_DEFECTS = ("E03", "E13", "E17")
"""A wrong check character or no code at all, and one code with two names or one name with two codes (代码问题)."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``part`` of ``whole``. Where there is no whole there is no rate, which is not zero."""

    part: int
    whole: int

    @property
    def known(self) -> bool:
        return self.whole > 0

    @property
    def per_mille(self) -> int | None:
        """Rounded half up."""
        return (2000 * self.part + self.whole) // (2 * self.whole) if self.known else None

    @property
    def hundredths(self) -> int | None:
        """Hundredths of a percent, rounded half up: 34 is 0.34 %."""
        return (20_000 * self.part + self.whole) // (2 * self.whole) if self.known else None

    @property
    def rest(self) -> "Rate":
        """What is not the part."""
        return Rate(self.whole - self.part, self.whole)

    @property
    def written(self) -> str:
        """As 0.34%, an em dash where there is no whole."""
        found = self.hundredths
        return "—" if found is None else f"{found // 100}.{found % 100:02}%"

    def above(self, per_mille: int) -> bool:
        """Whether the exact share lies above a threshold in per mille."""
        return self.known and self.part * 1000 > per_mille * self.whole


class Dimension(StrEnum):
    """What the score looks at; a row may fail in several of them."""

    COMPLETE = "complete"
    FORM = "form"
    ACCURATE = "accurate"
    CONSISTENT = "consistent"
    UNIQUE = "unique"
    TIMELY = "timely"
    COVERING = "covering"

    @property
    def label(self) -> str:
        return _DIMENSIONS[self][0]

    @property
    def meaning(self) -> str:
        return _DIMENSIONS[self][1]


_DIMENSIONS = {
    Dimension.COMPLETE: ("完整性", "没有缺必填项（E01）、缺代码（E13）的行"),
    Dimension.FORM: ("规范性", "取值、长度、字符合规，没有须遮盖的个人信息（E02、E10、E14、E15、E19）的行"),
    Dimension.ACCURATE: ("准确性", "代码、日期、金额经得起核对（E03、E05、E06、E07）的行"),
    Dimension.CONSISTENT: ("一致性", "与本行其他栏、与已有记录不矛盾（E04、E08、E17）的行"),
    Dimension.UNIQUE: ("唯一性", "没有重复报送的行"),
    Dimension.TIMELY: ("及时性", "按期报送的行"),
    Dimension.COVERING: ("覆盖性", "应报的目录项各期有数据或有无数据说明"),
}

CODES_OF: Mapping[Dimension, tuple[str, ...]] = {
    Dimension.COMPLETE: ("E01", "E13"),
    Dimension.FORM: ("E02", "E10", "E14", "E15", "E19"),
    Dimension.ACCURATE: ("E03", "E05", "E06", "E07"),
    Dimension.CONSISTENT: ("E04", "E08", "E17"),
}
"""The defects that count in a dimension; the other dimensions are counted otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Rows of some deliveries. ``reported`` leaves out what was known already (``repeated``): it is no new report.

    ``timed`` are the rows of which it is known on which day they were reported, ``late`` those of them that came
    after the term. ``adopted`` rows went in by the decision of a person, after the first attempt.
    """

    accepted: int = 0
    adopted: int = 0
    returned: int = 0
    repeated: int = 0
    timed: int = 0
    late: int = 0
    incomplete: int = 0
    irregular: int = 0
    inaccurate: int = 0
    inconsistent: int = 0
    wrong_codes: int = 0
    corrected_codes: int = 0

    def __add__(self, other: Self) -> "Tally":
        summed = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Tally)}
        return Tally(**summed)

    @property
    def reported(self) -> int:
        return self.accepted + self.returned

    @property
    def compliance(self) -> Rate:
        """数据合规率: rows that entered, of the rows reported."""
        return Rate(self.accepted, self.reported)

    @property
    def lateness(self) -> Rate:
        """迟报率: rows reported more than the term after the decision."""
        return Rate(self.late, self.timed)

    @property
    def punctuality(self) -> Rate:
        """及时率: what is not late."""
        return self.lateness.rest

    @property
    def first_pass(self) -> Rate:
        """一次合格率: rows that entered at the first attempt, without anybody's decision."""
        return Rate(self.accepted - self.adopted, self.reported)

    @property
    def code_errors(self) -> Rate:
        """代码问题率: rows with a wrong, missing or conflicting code, of the rows reported. 重错码率 counts codes, not
        rows (core.code_issues)."""
        return Rate(self.wrong_codes, self.reported)

    @property
    def code_corrections(self) -> Rate:
        """代码更正率: of those, the rows that were adopted or sent again and entered."""
        return Rate(self.corrected_codes, self.wrong_codes)


def total(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


@dataclass(frozen=True, slots=True)
class Lateness:
    """迟报率 as cities are told it: together, and for permits and penalties apart."""

    whole: Rate
    permit: Rate
    penalty: Rate


def lateness_of(by_item: Mapping[int, Tally]) -> Lateness:
    """``by_item``: tallies by the number of the catalogue item."""
    permit, penalty = (by_item.get(item.value, Tally()) for item in (Item.PERMIT, Item.PENALTY))
    return Lateness(total(by_item.values()).lateness, permit.lateness, penalty.lateness)


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows looked up at their source: how many, how many never were reported, how many were reported wrongly."""

    sampled: int = 0
    concealed: int = 0
    wrong: int = 0

    def __add__(self, other: Self) -> "Sample":
        return Sample(
            self.sampled + other.sampled, self.concealed + other.concealed, self.wrong + other.wrong
        )

    @property
    def concealment(self) -> Rate:
        """瞒报率."""
        return Rate(self.concealed, self.sampled)

    @property
    def error(self) -> Rate:
        """错报率."""
        return Rate(self.wrong, self.sampled)


@dataclass(frozen=True, slots=True)
class Part:
    """One dimension of a score: the share in order, its weight in per mille, the points it gives in tenths."""

    dimension: Dimension
    rate: Rate
    weight: int
    points: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """0 to 1000 tenths of a point. None where nothing at all could be measured."""

    tenths: int | None
    parts: tuple[Part, ...]

    @property
    def written(self) -> str:
        return "—" if self.tenths is None else f"{self.tenths // 10}.{self.tenths % 10}"

    @property
    def weakest(self) -> Part | None:
        """The dimension that costs the most points."""
        lost = [part for part in self.parts if part.rate.known and part.rate.part < part.rate.whole]
        return max(lost, key=lambda part: part.weight * (1000 - (part.rate.per_mille or 0)), default=None)


def rates_of(tally: Tally, covered: Rate) -> dict[Dimension, Rate]:
    """The share in order by dimension."""
    sent = tally.reported + tally.repeated
    failing = {
        Dimension.COMPLETE: tally.incomplete,
        Dimension.FORM: tally.irregular,
        Dimension.ACCURATE: tally.inaccurate,
        Dimension.CONSISTENT: tally.inconsistent,
    }
    found = {dimension: Rate(number, tally.reported).rest for dimension, number in failing.items()}
    return {
        **found,
        Dimension.UNIQUE: Rate(tally.repeated, sent).rest,
        Dimension.TIMELY: tally.punctuality,
        Dimension.COVERING: covered,
    }


def score_of(tally: Tally, covered: Rate, *, weights: Mapping[Dimension, int]) -> Score:
    """Weighted mean over the dimensions that could be measured; the weight of the others is spread over these."""
    rates = rates_of(tally, covered)
    known = [dimension for dimension in Dimension if rates[dimension].known]
    weighed = sum(weights[dimension] for dimension in known)
    if not weighed:
        return Score(None, tuple(Part(one, rates[one], weights[one], None) for one in Dimension))
    parts = tuple(
        Part(one, rates[one], weights[one], _points(rates[one], weights[one], weighed)) for one in Dimension
    )
    exact = sum(weights[one] * rates[one].part * 1_000_000 // rates[one].whole for one in known)
    return Score((2 * exact // weighed + 1000) // 2000, parts)


def _points(rate: Rate, weight: int, weighed: int) -> int | None:
    if not rate.known:
        return None
    return (2000 * weight * rate.part // rate.whole + weighed) // (2 * weighed)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place in the ranking; equal scores share a place. None without a score."""

    key: str
    score: Score
    place: int | None


def ranking(scores: Mapping[str, Score]) -> tuple[Ranked, ...]:
    """Best first, those without a score last, equals in the order given."""
    reached = {key: score.tenths for key, score in scores.items() if score.tenths is not None}
    order = sorted(reached, key=lambda key: -reached[key])
    placed = [
        Ranked(key, scores[key], 1 + sum(other > reached[key] for other in reached.values())) for key in order
    ]
    return (*placed, *(Ranked(key, score, None) for key, score in scores.items() if key not in reached))
