"""Says of two names whether they are one enterprise: a probability, yes or no, and the reason in Chinese.

A code decides where both sides have a valid one: equal codes are one subject, codes in conflict are two, whatever
the names. Without codes the parts of the names are weighed. No record is joined on a name alone: whoever calls this
puts what is not certain before a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from xinheng.core.ids import Code, CodeKind, organisation_code_of, read_code
from xinheng.core.person_names import looks_like_person_name
from xinheng.matching import weights
from xinheng.matching.divisions import NATIONAL, NOWHERE, Divisions
from xinheng.matching.features import Difference, difference, own_room, signs
from xinheng.matching.lines import PartedNames
from xinheng.matching.names import NameParts, parse_name
from xinheng.matching.pair_kernel import EQUAL_KEYS, Weighing, judge, weigh
from xinheng.matching.reasons import told
from xinheng.matching.trades import split_trade


@dataclass(frozen=True, slots=True)
class NameScore:
    """``score`` is the probability that both are one subject; ``same`` whether it is high enough to say so."""

    score: float
    same: bool

    @property
    def doubtful(self) -> bool:
        """Neither sure enough to be the same nor far enough apart."""
        return not self.same and self.score >= weights.DIFFERENT_BELOW


@dataclass(frozen=True, slots=True)
class NameVerdict(NameScore):
    """A score and why, in Chinese."""

    reason: str


def compare_names(
    name1: str, name2: str, *, code1: str = "", code2: str = "", divisions: Divisions = NATIONAL
) -> NameVerdict:
    """Compare two subjects by their codes, where both have one that holds, else by their names."""
    by_code, note = _by_code(code1, code2)
    if by_code is False:
        return NameVerdict(0.0, False, "代码冲突：双方代码有效而不同")
    if by_code is True:
        alike = _by_name(name1, name2, divisions)
        apart = alike.score < weights.DIFFERENT_BELOW and name1.strip() and name2.strip()
        return NameVerdict(1.0, True, "代码相同" + ("，但名称差异较大，请核对" if apart else ""))
    verdict = _by_name(name1, name2, divisions)
    return NameVerdict(verdict.score, verdict.same, verdict.reason + note)


def compare_parts(one: NameParts, other: NameParts, *, divisions: Divisions = NATIONAL) -> NameVerdict:
    """As ``compare_names`` for names that are parted already and have no code."""
    verdict = _weighed(one, other)
    for mine, theirs in ((one, other), (other, one)):
        for former in mine.former:
            older = _weighed(parse_name(former, divisions=divisions), theirs)
            if older.score > verdict.score:
                verdict = NameVerdict(
                    older.score, older.same, f"与括号内注明的曾用名或现用名相符；{older.reason}"
                )
    return verdict


def compare_many(
    ones: PartedNames,
    lefts: Sequence[int],
    others: PartedNames,
    rights: Sequence[int],
    *,
    divisions: Divisions = NATIONAL,
) -> list[NameScore]:
    """As ``compare_parts`` without the reason, for the pairs of places ``lefts`` and ``rights``, in their order."""
    scores = np.empty(len(lefts), np.float64)
    judge(
        ones.lines,
        np.asarray(lefts, np.int64),
        others.lines,
        np.asarray(rights, np.int64),
        signs(),
        weights.WEIGHING,
        own_room(),
        scores,
    )
    same = (scores >= weights.SAME_FROM).tolist()
    rounded = np.rint(scores * 1e4) / 1e4
    found = [NameScore(score, sure) for score, sure in zip(rounded.tolist(), same, strict=True)]
    for at in np.flatnonzero(scores < 0).tolist():
        verdict = compare_parts(ones.parts(lefts[at]), others.parts(rights[at]), divisions=divisions)
        found[at] = NameScore(verdict.score, verdict.same)
    return found


def _weighed(one: NameParts, other: NameParts) -> NameVerdict:
    if one.key == other.key:
        return NameVerdict(EQUAL_KEYS, True, "名称相同")
    one, other = _aligned(one, other), _aligned(other, one)
    found = difference(one, other)
    score = score_of(found)
    return NameVerdict(round(score, 4), score >= weights.SAME_FROM, told(found, one, other))


def _aligned(one: NameParts, other: NameParts) -> NameParts:
    """样例开封科技 beside 样例（开封）科技: the place is taken out where only the brackets were left out."""
    place = other.region.text
    if not other.region_inside or one.region is not NOWHERE or one.core.find(place) < 2:
        return one
    brand, trade = split_trade(one.core.replace(place, "", 1))
    return replace(one, brand=brand, trade=trade, region=other.region)


def score_of(found: Difference, *, weighing: Weighing = weights.WEIGHING) -> float:
    """The probability: the logistic of what the differences weigh, held below the ceilings that apply."""
    return float(weigh(found.row, weighing))


def _by_name(name1: str, name2: str, divisions: Divisions) -> NameVerdict:
    if not name1.strip() or not name2.strip():
        return NameVerdict(0.0, False, "名称为空，无法比较")
    if looks_like_person_name(name1) or looks_like_person_name(name2):
        return NameVerdict(0.0, False, "疑似自然人姓名，不作比较")
    one, other = (parse_name(name, divisions=divisions) for name in (name1, name2))
    return compare_parts(one, other, divisions=divisions)


def _by_code(code1: str, code2: str) -> tuple[bool | None, str]:
    if not code1 and not code2:
        return None, ""
    return codes_agree(read_code(code1), read_code(code2))


def codes_agree(one: Code, other: Code) -> tuple[bool | None, str]:
    """True or False where the codes decide; else None and what to say of them."""
    wrong = [code for code in (one, other) if code.value and not code.names_a_subject]
    if wrong:
        person = any(code.kind is CodeKind.RESIDENT_ID for code in wrong)
        return None, "（代码是自然人证件号码，未采用）" if person else "（代码无效，未采用）"
    if not (one.names_a_subject and other.names_a_subject):
        return None, ""
    if one.kind is other.kind:
        return one.value == other.value, ""
    left, right = _organisation(one), _organisation(other)
    if left and right:
        return left == right, ""
    return None, "（双方代码种类不同，无法互相核对）"


def _organisation(code: Code) -> str:
    """The organisation code inside, or empty."""
    if code.kind is CodeKind.USCC:
        return organisation_code_of(code.value)
    if code.kind is CodeKind.TAX:
        return code.value[6:15]
    return code.value if code.kind is CodeKind.ORGANISATION else ""
