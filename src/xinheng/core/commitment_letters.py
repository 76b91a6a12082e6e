"""A commitment letter (承诺书): its legal text with typed fields, and what a letter filled in says.

A field is asked for because the text names it; what concerns persons is never public (《个人信息保护法》第六条; legal
guard G13). The wording is proposed by the departments; legal staff settle it as a further version.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt

from xinheng.core.masking import mask_personal
from xinheng.core.policy_file import PolicyModel
from xinheng.core.refusal import Refusal

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
NOT_SHOWN = "（不公开）"
LINE = "＿＿＿＿"
GIVEN = ("subject", "code")
"""Places that the letter fills in by itself: name and code of whoever promises."""


class FieldKind(StrEnum):
    """What a field takes."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    CHOICE = "choice"

    @property
    def label(self) -> str:
        return {"text": "文字", "day": "日期", "number": "数字", "choice": "选项"}[self.value]


class LetterField(PolicyModel):
    """``public``: whether what is filled in stands in the copy that everybody reads."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
    label: Annotated[str, Field(min_length=1, max_length=60)]
    kind: FieldKind = FieldKind.TEXT
    choices: tuple[str, ...] = ()
    required: StrictBool = True
    longest: Annotated[StrictInt, Field(ge=1, le=1000)] = 200
    public: StrictBool = True


class PromiseLetter(PolicyModel):
    """One letter. ``content`` names its fields in braces; ``kind`` is one of the six types; ``sign`` says where it is signed."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    title: Annotated[str, Field(min_length=2, max_length=120)]
    kind: str
    content: Annotated[str, Field(min_length=10, max_length=3600)]
    liability: Annotated[str, Field(min_length=10, max_length=3600)]
    sign: Annotated[str, Field(min_length=2, max_length=200)]
    fields: tuple[LetterField, ...] = ()


def letter_flaws(letter: PromiseLetter, *, kinds: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with a letter, as Chinese sentences. ``kinds``: titles of the types by key."""
    return tuple(_flaws(letter, kinds))


def _flaws(letter: PromiseLetter, kinds: Mapping[str, str]) -> Iterator[str]:
    if letter.kind not in kinds:
        yield f"没有“{letter.kind}”这种承诺类型"
    keys = [field.key for field in letter.fields]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"字段“{key}”重复"
    named = set(_PLACE.findall(letter.content + letter.liability))
    for key in sorted(named - set(keys) - set(GIVEN)):
        yield f"正文写了“{{{key}}}”，但没有这个字段"
    for key in sorted(set(keys) - named):
        yield f"字段“{key}”没有在正文中使用，不能要求填写"
    for field in letter.fields:
        if field.kind is FieldKind.CHOICE and len(field.choices) < 2:
            yield f"字段“{field.label}”是选项，至少写两个选项"


def checked(letter: PromiseLetter, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers by field, written as they stand in the letter. Refusals CM1 something is missing, CM2 something does not fit."""
    found: dict[str, str] = {}
    for field in letter.fields:
        given = answers.get(field.key, "").strip()
        if not given:
            if field.required:
                raise Refusal("CM1", f"没有填写“{field.label}”。", advice="请补充后再提交。")
            found[field.key] = ""
            continue
        found[field.key] = _written(field, given)
    return found


def _written(field: LetterField, given: str) -> str:
    fits = len(given) <= field.longest
    if field.kind is FieldKind.DAY:
        fits = _is_day(given)
    elif field.kind is FieldKind.NUMBER:
        fits = _is_number(given)
    elif field.kind is FieldKind.CHOICE:
        fits = given in field.choices
    if not fits:
        hint = {
            FieldKind.DAY: "日期写作 2026-11-20。",
            FieldKind.NUMBER: "只填数字。",
            FieldKind.CHOICE: f"请在{'、'.join(field.choices)}中选择。",
        }.get(field.kind, f"最多 {field.longest} 字。")
        raise Refusal("CM2", f"“{field.label}”填写不对。", advice=hint)
    return given


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def filled(text: str, answers: Mapping[str, str], *, subject: str, code: str) -> str:
    """``text`` of the letter with all that was filled in: what is signed."""
    given = {**answers, "subject": subject, "code": code}
    return _PLACE.sub(lambda place: given.get(place[1], "") or "/", text)


def unfilled(letter: PromiseLetter, *, subject: str = "", code: str = "") -> PromiseLetter:
    """The letter as one reads it before it is filled in: a line with its label where a field comes, no keys in braces."""
    given = {field.key: f"{LINE}（{field.label}）" for field in letter.fields}
    given |= {"subject": subject or f"{LINE}（承诺人名称）", "code": code or LINE}
    text, liability = (
        _PLACE.sub(lambda place: given[place[1]], one) for one in (letter.content, letter.liability)
    )
    return letter.model_copy(update={"content": text, "liability": liability})


def public_copy(
    text: str, letter: PromiseLetter, answers: Mapping[str, str], *, subject: str, code: str
) -> str:
    """``text`` as everybody may read it: fields that are not public are left out, personal numbers masked (G13)."""
    open_ = {field.key: answers.get(field.key, "") if field.public else NOT_SHOWN for field in letter.fields}
    given = {key: mask_personal(value).text for key, value in open_.items()}
    return filled(text, given, subject=subject, code=code)


def changes(before: PromiseLetter | None, after: PromiseLetter) -> tuple[str, ...]:
    """What a version changes, field by field, for whoever approves it."""
    if before is None:
        return ("新增承诺书",)
    words = {
        "title": "名称",
        "kind": "承诺类型",
        "content": "承诺内容",
        "liability": "违诺责任",
        "sign": "签署处",
    }
    found = [f"修改{word}" for key, word in words.items() if getattr(before, key) != getattr(after, key)]
    old, new = ({field.key: field for field in one.fields} for one in (before, after))
    found += [f"增加字段“{new[key].label}”" for key in new.keys() - old.keys()]
    found += [f"删除字段“{old[key].label}”" for key in old.keys() - new.keys()]
    found += [f"修改字段“{new[key].label}”" for key in new.keys() & old.keys() if new[key] != old[key]]
    return tuple(found) or ("没有改动",)
