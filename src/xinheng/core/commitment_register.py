"""The register of commitments: the code of each, its twenty columns, and the uniform table of those not kept.

The code is area, day and serial (承诺编码, 20 signs); the columns are those of the national collection sheet, whose
order and lengths are policy (``core.commitments``). Serves 淮政办发〔2020〕80号二（一）, due each month by the fifth.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from xinheng.core.commitments import Commitments, Needed, RegisterColumn
from xinheng.core.refusal import Refusal

SERIALS = 999_999
CATEGORIES = {"enterprise": "法人及非法人组织", "sole_trader": "个体工商户"}
OPEN_TO_ALL = "可向社会公开"


class Outcome(StrEnum):
    """What the check found. A false commitment is one not kept whose statements were untrue."""

    FULL = "full"
    PART = "part"
    NONE = "none"
    FALSE = "false"

    @property
    def label(self) -> str:
        return {"full": "全部履行", "part": "部分履行", "none": "全部未履行", "false": "虚假承诺"}[self.value]

    @property
    def fulfilment(self) -> str:
        """Key of the state in the register, which knows three."""
        return "none" if self is Outcome.FALSE else self.value

    @property
    def breached(self) -> bool:
        return self is not Outcome.FULL

    @property
    def result(self) -> str:
        """The word of the record."""
        return {"full": "kept", "part": "partly_kept"}.get(self.value, "broken")


def code_of(division: str, *, on: date, serial: int) -> str:
    """Twenty digits. Refusal CM6 where the day has no serial left or the area has no code of six digits."""
    if len(division) != 6 or not division.isdecimal() or not 0 < serial <= SERIALS:
        raise Refusal(
            "CM6",
            "承诺编码编不出来：受理单位没有六位行政区划代码，或当天的流水号已用完。",
            advice="请系统管理员核对单位的行政区划代码。",
        )
    return f"{division}{on:%Y%m%d}{serial:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """One commitment as the register has it; the names are keys of the columns."""

    code: str
    subject_name: str
    subject_category: str
    subject_code: str
    type: str
    reason: str
    content: str
    liability: str
    committed_on: date
    valid_until: date | None = None
    outcome: Outcome | None = None
    unperformed: str = ""
    pursued: str = ""
    determined_on: date | None = None
    determined_by: str = ""
    determined_by_code: str = ""
    accepted_by: str
    accepted_by_code: str
    publication: str = OPEN_TO_ALL
    remarks: str = ""


def cells(row: RegisterRow, rules: Commitments) -> dict[str, str]:
    """Texts by column key, in the order of the sheet."""
    written = _texts(row, rules)
    return {key: written[key] for key, _ in rules.columns()}


def lacking(row: RegisterRow, rules: Commitments) -> tuple[str, ...]:
    """Titles of the columns that must be filled and are not."""
    written = _texts(row, rules)
    return tuple(
        column.title
        for key, column in rules.columns()
        if not written[key] and _must(column, outcome=row.outcome)
    )


def too_long(row: RegisterRow, rules: Commitments) -> tuple[str, ...]:
    """Titles of the columns that hold more than the sheet takes."""
    written = _texts(row, rules)
    return tuple(
        column.title for key, column in rules.columns() if column.length and len(written[key]) > column.length
    )


def _texts(row: RegisterRow, rules: Commitments) -> dict[str, str]:
    found = {}
    for field in fields(row):
        value = getattr(row, field.name)
        found[field.name] = value.isoformat() if isinstance(value, date) else str(value or "")
    found.pop("outcome")
    found["type"] = rules.types[row.type].title
    found["fulfilment"] = rules.fulfilments[row.outcome.fulfilment].title if row.outcome else ""
    if row.outcome is Outcome.FALSE:
        found["remarks"] = "；".join(part for part in ("虚假承诺", row.remarks) if part)
    return found


def _must(column: RegisterColumn, *, outcome: Outcome | None) -> bool:
    if column.needed is Needed.BREACH:
        return outcome is not None and outcome.breached
    return column.needed is Needed.ALWAYS


@dataclass(frozen=True, slots=True)
class Counted:
    """Commitments of one unit and type with what became of them."""

    unit: int
    kind: str
    taken: int
    checked: int
    kept: int
    breached: int


def kept_per_mille(rows: Iterable[Counted]) -> int | None:
    """Share of those wholly kept among those checked; None where none was checked."""
    found = list(rows)
    checked = sum(row.checked for row in found)
    return sum(row.kept for row in found) * 1000 // checked if checked else None


def replacing_per_mille(rows: Iterable[Counted], rules: Commitments) -> int | None:
    """Share of those that took the place of an approval (审批替代承诺占比); None where there are none."""
    found = list(rows)
    total = sum(row.taken for row in found)
    replacing = sum(row.taken for row in found if rules.types[row.kind].replaces_approval)
    return replacing * 1000 // total if total else None


def by_four(rows: Iterable[Counted], rules: Commitments) -> Mapping[str, int]:
    """Numbers by the older four kinds, for receivers that know only those."""
    found = dict.fromkeys(rules.four, 0)
    for row in rows:
        found[rules.types[row.kind].four] += row.taken
    return found
