"""Kinds of credit commitment, their older four-fold names, and the register that is reported each month.

Six kinds (平信用〔2021〕1号第7项) beside the four of 2019–2020; the register has the columns of the
national collection sheet. A city names the kinds its document uses; reports to a receiver that knows only
four are mapped.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from xinheng.core.commitment_letters import LetterField, PromiseLetter, letter_flaws
from xinheng.core.overlays import Change
from xinheng.core.policy_file import PolicyModel
from xinheng.core.sources import Entry


class Needed(StrEnum):
    """When a column of the register must be filled."""

    ALWAYS = "always"
    FULFILMENT = "fulfilment"
    BREACH = "breach"
    OPTIONAL = "optional"


class CommitmentType(Entry):
    """``four`` is the kind of the four-fold scheme it is reported as; ``names`` are its other spellings in documents."""

    title: str
    four: str
    code: Annotated[StrictInt, Field(ge=0)]
    names: tuple[str, ...] = ()
    replaces_approval: StrictBool = False


class FourType(Entry):
    title: str


class Fulfilment(Entry):
    title: str
    breached: StrictBool


class RegisterColumn(Entry):
    """One column of the register, in the order of ``number``."""

    number: Annotated[StrictInt, Field(ge=1)]
    title: str
    length: Annotated[StrictInt, Field(gt=0)] | None = None
    needed: Needed
    public: StrictBool


class StandardLetter(Entry):
    """A letter of the library from which departments begin; ``kind`` is the key of its type."""

    title: str
    kind: str
    content: str
    liability: str
    sign: str
    fields: tuple[LetterField, ...] = ()

    def letter(self, key: str) -> PromiseLetter:
        return PromiseLetter(
            key=key,
            title=self.title,
            kind=self.kind,
            content=self.content,
            liability=self.liability,
            sign=self.sign,
            fields=self.fields,
        )


class Scheme(Entry):
    """Which kinds a city's document names, as ``four`` or ``six``."""

    kinds: tuple[str, ...] = Field(min_length=1)


class Commitments(PolicyModel):
    types: dict[str, CommitmentType]
    four: dict[str, FourType]
    fulfilments: dict[str, Fulfilment]
    register_columns: dict[str, RegisterColumn]
    schemes: dict[str, Scheme] = {}
    letters: dict[str, StandardLetter] = {}

    @model_validator(mode="after")
    def _kinds_fit_together(self) -> Self:
        loose = {entry.four for entry in self.types.values()} - set(self.four)
        if loose:
            raise ValueError(f"四分类中没有 {'、'.join(sorted(loose))}")
        numbers = sorted(column.number for column in self.register_columns.values())
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError("登记表各列的 number 须从 1 起连续")
        known = set(self.types) | set(self.four)
        for key, scheme in self.schemes.items():
            if set(scheme.kinds) - known:
                raise ValueError(f"{key} 含未知的承诺类型")
        for key, letter in self.letters.items():
            if wrong := letter_flaws(letter.letter(key), kinds=self.titles):
                raise ValueError(f"承诺书 {key}：{'；'.join(wrong)}")
        return self

    @property
    def titles(self) -> dict[str, str]:
        """Titles of the types by key."""
        return {key: entry.title for key, entry in self.types.items()}

    def columns(self) -> tuple[tuple[str, RegisterColumn], ...]:
        return tuple(sorted(self.register_columns.items(), key=lambda pair: pair[1].number))


def forbidden_changes(change: Change) -> list[str]:
    """A city may name its scheme, further spellings and letters of its own; kinds and columns are national."""
    if isinstance(change.after, Scheme | StandardLetter):
        return []
    if change.before is None:
        return ["承诺类型和登记表由国家统一，下级不能增加"]
    fields = set(type(change.after).model_fields) - {"names", "basis"}
    return [f"下级不能改写“{name}”" for name in sorted(fields) if change.altered(name)]
