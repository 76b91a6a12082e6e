"""The defects that departments' files have, planted at known places so that what is found can be compared.

A planted row carries one code of ``policy/national/quality.yml`` and no other defect. E08, E12, E16 and
duplicates are rows added to a file; all others spoil a row that the file has anyway.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from xinheng.core.credit_code import ALPHABET
from xinheng.sample.chance import below, draw, pick, quoted, weighted
from xinheng.sample.codes import mobile, resident_ids
from xinheng.sample.papers import PERSON
from xinheng.sample.rates import DIRT_IN_TEN_THOUSAND

DUPLICATE = "duplicate"
ADDED = ("E08", "E12", "E16", DUPLICATE)

EVERYWHERE = ("E03", "E13", "E15", DUPLICATE)
POSSIBLE: Mapping[str, tuple[str, ...]] = {
    "registration": EVERYWHERE,
    "permit": (*EVERYWHERE, "E01", "E02", "E04", "E05", "E08", "E09", "E16", "E17"),
    "penalty": (*EVERYWHERE, "E01", "E02", "E05", "E06", "E08", "E09", "E10", "E12", "E16", "E17"),
    "inspection": (*EVERYWHERE, "E01", "E02", "E05", "E17"),
    "abnormal_operation": (*EVERYWHERE, "E01", "E05", "E17"),
    "serious_list": (*EVERYWHERE, "E01", "E05"),
    "commitment": (*EVERYWHERE, "E01", "E02", "E04", "E05", "E08", "E16", "E17"),
    "honour": (*EVERYWHERE, "E17"),
    "complaint": (*EVERYWHERE, "E01", "E05", "E17"),
    "evaluation": (*EVERYWHERE, "E02", "E17"),
    "utility": (*EVERYWHERE, "E02", "E17"),
}
"""Defects that can stand in the files of each kind."""

IMPLIED: Mapping[str, tuple[str, ...]] = {"E12": ("E16",)}
"""Defects that a planted one brings with it: a penalty on a natural person is also a row on a natural person."""

_LATEST_REPORT = 110
RESIDENT_IDS = resident_ids(60)


@dataclass(frozen=True, slots=True)
class Dirt:
    """SQL that plants the defects of one kind of file; ``factor`` scales every rate (0 = clean files)."""

    kind: str
    as_of: date
    factor: int = 1

    def code(self) -> str:
        """The defect of a row of the history, ``''`` for none."""
        shares = [(quoted(code), DIRT_IN_TEN_THOUSAND[code] * self.factor) for code in POSSIBLE[self.kind]]
        clean = 10_000 - sum(share for _, share in shares)
        return weighted([*shares, ("''", clean)], "dirt") if self.factor else "''"

    def fits(self) -> str:
        """Whether the row can carry its defect: a late report must not lie after the day of the sample."""
        return f"dirt <> 'E09' OR decided_on < DATE {quoted(self.as_of.isoformat())} - {_LATEST_REPORT}"

    @staticmethod
    def alone() -> str:
        """Rows whose code and name no other row of the file can contradict or be contradicted by.

        A wrong name (E17) stands either alone with its code, to be found by comparing with the register, or
        among rows that outvote it.
        """
        return """SELECT sid FROM chosen GROUP BY sid HAVING count(*) FILTER (WHERE dirt = 'E17') = 1
            AND (count(*) = 1 OR count(*) > 2)"""

    def dates(self) -> Mapping[str, str]:
        """Columns that a defect changes while they are still dates and numbers."""
        last = f"DATE {quoted(self.as_of.isoformat())}"
        later = f"({last} + 20 + {below(300, 'future')} - decided_on)::INTEGER"
        early = f"valid_from - 30 - {below(300, 'backwards')}"
        return {
            "decided_on": f"CASE dirt WHEN 'E05' THEN decided_on + {later} ELSE decided_on END",
            "valid_from": f"CASE dirt WHEN 'E05' THEN valid_from + {later} ELSE valid_from END",
            "valid_to": f"CASE dirt WHEN 'E05' THEN valid_to + {later} WHEN 'E04' THEN {early} ELSE valid_to END",
            "reported_on": f"CASE dirt WHEN 'E09' THEN decided_on + 40 + {below(60, 'late')} ELSE reported_on END",
        }

    def texts(self) -> Mapping[str, str]:
        """Columns that a defect changes once they are text."""
        changes = {
            "code": _code(),
            "name": _name(),
            "category": "CASE WHEN dirt IN ('E12', 'E16') THEN '自然人' ELSE category END",
            "text": _text(),
            "amount": _amount(),
            "procedure": "CASE dirt WHEN 'E12' THEN '简易程序' ELSE procedure END",
            "document_no": "CASE WHEN dirt = 'E01' THEN '' WHEN dirt IN ('E12', 'E16') "
            "THEN replace(document_no, '号', '之一号') ELSE document_no END",
            "words": "CASE dirt WHEN 'E02' THEN '情况不明待补' ELSE words END",
        }
        if self.kind in ("permit", "penalty", "commitment"):
            del changes["words"]
        if self.kind in ("permit", "penalty"):
            changes["decided"] = "CASE dirt WHEN 'E02' THEN '2024-13-45' ELSE decided END"
        if self.kind == "commitment":
            changes["category"] = (
                "CASE dirt WHEN 'E16' THEN '自然人' WHEN 'E02' THEN '其他主体类型' ELSE category END"
            )
        if self.kind in ("inspection", "abnormal_operation", "serious_list", "complaint"):
            changes["decided"] = "CASE dirt WHEN 'E01' THEN '' ELSE decided END"
            del changes["document_no"]
        return changes


def _code() -> str:
    following = ALPHABET[1:] + ALPHABET[0]
    wrong = f"substr(code, 1, 17) || translate(substr(code, 18, 1), '{ALPHABET}', '{following}')"
    placeholder = pick(("00000000000000000X", "/", "无", ""), "placeholder")
    wide = "translate(code, '0123456789', '０１２３４５６７８９')"
    untidy = weighted(
        [("lower(code)", 1), ("code || ' '", 1), (wide, 1), ("chr(12288) || code", 1)], "untidy"
    )
    resident = weighted([(pick(RESIDENT_IDS, "resident"), 1), ("''", 2)], "has number")
    return f"""CASE dirt WHEN 'E03' THEN {wrong} WHEN 'E13' THEN {placeholder} WHEN 'E15' THEN {untidy}
        WHEN 'E12' THEN {resident} WHEN 'E16' THEN {resident} ELSE code END"""


def _name() -> str:
    """E17 writes another enterprise's kind of name: the words of the next trade behind an unused 字号."""
    other = "'样例' || substr(name, 3)"
    return f"CASE WHEN dirt = 'E17' THEN {other} WHEN dirt IN ('E12', 'E16') THEN {PERSON} ELSE name END"


def _text() -> str:
    planted = weighted(
        [
            (f"'联系人电话' || {mobile(draw('mobile in text'))} || '。'", 1),
            (f"'负责人身份证号' || {pick(RESIDENT_IDS, 'resident in text')} || '。'", 1),
        ],
        "personal",
    )
    return f"CASE dirt WHEN 'E10' THEN text || {planted} WHEN 'E08' THEN text || '（更正）' ELSE text END"


def _amount() -> str:
    return """CASE WHEN dirt = 'E06' AND contains(words, '罚款') THEN '' WHEN dirt = 'E06' THEN '2.5'
        WHEN dirt = 'E08' AND amount <> '' THEN (amount::DECIMAL(18, 6) + 1)::VARCHAR ELSE amount END"""
