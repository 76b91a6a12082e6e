"""The national layout in which permits and penalties go upwards (双公示上报), and what a record lacks for it.

Names, order and lengths of columns are data of ``acts.yml``; columns that concern persons stay empty, since the platform
holds none (发改办财金〔2018〕424号; legal guards G1, G2). Withdrawals name document, organ and code, nothing else (G9).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field, StrictBool

from xinheng.core.policy_file import PolicyModel
from xinheng.core.sources import Entry


class Known(StrEnum):
    """What the platform knows of an act besides the fields of its record."""

    NAME = "name"
    CATEGORY = "category"
    CODE = "code"
    DOCUMENT_NO = "document_no"
    DECIDED_ON = "decided_on"
    VALID_FROM = "valid_from"
    VALID_TO = "valid_to"
    SHOWN_UNTIL = "shown_until"
    AUTHORITY = "authority"
    AUTHORITY_CODE = "authority_code"
    AMOUNT_WAN = "amount_wan"
    STATE = "state"
    PROVIDER = "provider"
    PROVIDER_CODE = "provider_code"


class UpColumn(PolicyModel):
    """One column, by its national name in the layout. The first filled of ``fact`` and ``fields`` is its value."""

    title: str
    fact: Known | None = None
    fields: tuple[str, ...] = ()
    required: StrictBool = False
    length: int = Field(default=0, ge=0)


class UpLayout(Entry):
    """The columns of one kind of act in their order."""

    title: str
    columns: dict[str, UpColumn] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What of one act goes up: what is known, and the fields of its record."""

    known: Mapping[Known, str]
    fields: Mapping[str, str]


def cells(layout: UpLayout, act: Told) -> tuple[str, ...]:
    """The row of an act in the order of the columns."""
    return tuple(_cell(column, act) for column in layout.columns.values())


def _cell(column: UpColumn, act: Told) -> str:
    own = act.known.get(column.fact, "") if column.fact else ""
    return own or next((act.fields[label] for label in column.fields if act.fields.get(label)), "")


def gaps(layout: UpLayout, act: Told) -> tuple[str, ...]:
    """Why an act cannot go up: columns that must be filled and are not, and cells that are too long."""
    found = []
    for column in layout.columns.values():
        cell = _cell(column, act)
        if column.required and not cell:
            found.append(f"缺少{column.title}")
        elif column.length and len(cell) > column.length:
            found.append(f"{column.title}超过{column.length}字")
    return tuple(found)


WITHDRAWN_HEAD = ("文号", "机关统一社会信用代码", "行政相对人统一社会信用代码")
"""Columns of the file of what must be taken down; a proposal of our own, since no text lays one down."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform above said of one row. ``reason``: why it was refused, empty where it was accepted."""

    row_no: int
    reason: str


ACCEPTED, REFUSED = ("接受", "成功", "通过"), ("拒绝", "失败", "退回")
ALL_ACCEPTED = "全部接受"


def read_receipt(text: str, *, rows: int) -> tuple[tuple[Answer, ...], tuple[str, ...]]:
    """Answers of a receipt, and the lines that say nothing that can be read. One line a row: number, result, reason,
    separated by commas or tabs; 全部接受 answers for every row."""
    if text.strip() == ALL_ACCEPTED:
        return tuple(Answer(number, "") for number in range(1, rows + 1)), ()
    answers: dict[int, Answer] = {}
    unread: list[str] = []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        parts = [part.strip() for part in line.replace("，", ",").replace("\t", ",").split(",", 2)]
        number = int(parts[0]) if parts[0].isascii() and parts[0].isdecimal() and len(parts[0]) < 8 else 0
        result = parts[1] if len(parts) > 1 else ""
        reason = parts[2] if len(parts) > 2 else ""
        if not 1 <= number <= rows or number in answers or result not in (*ACCEPTED, *REFUSED):
            unread.append(line)
        elif result in REFUSED:
            answers[number] = Answer(number, reason or "上级平台没有写明原因")
        else:
            answers[number] = Answer(number, "")
    return tuple(answers.values()), tuple(unread)
