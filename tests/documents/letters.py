"""Letters of the tests: every kind filled in with words that fit."""

from datetime import UTC, date, datetime

import xinheng.core.letter_kinds  # noqa: F401
from xinheng.core.letters import FieldType, Head, Letter, LetterKind, Values, compose, newest
from xinheng.core.policy import Policy

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
RARE = "开封㐂𬭎食品有限公司"
HEAD = Head(
    organ="开封市市场监督管理局",
    number="汴市监信决〔2026〕12号",
    addressee=RARE,
    code="91410200MA0000000X",
    case="RC-2026-000001",
    issued_on=DAY,
    contact="信用监管科，开封市第五大街",
)


def filled(kind: LetterKind) -> dict[str, str | date]:
    """Words for every field."""
    words: dict[FieldType, str | date] = {
        FieldType.LINE: "食品经营",
        FieldType.TEXT: "2026年8月3日销售超过保质期的食品12件。\n复查时未改正。",
        FieldType.LIST: "《中华人民共和国食品安全法》第五十四条\n现场笔录",
        FieldType.DAY: DAY,
        FieldType.PERSON: "王小明",
    }
    return {field.key: words[field.type] for field in kind.fields}


def letter_of(kind: str, policy: Policy, *, values: Values | None = None, addressee: str = RARE) -> Letter:
    shape = newest(kind)
    readings = {key: policy.parameter(key, on=DAY) for key in shape.terms}
    head = Head(**{**{key: getattr(HEAD, key) for key in Head.__slots__}, "addressee": addressee})
    return compose(shape, filled(shape) if values is None else values, head=head, readings=readings)
