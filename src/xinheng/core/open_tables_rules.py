"""On which terms the public takes data in bulk, and what it may hold (policy/…/open_data.yml)."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field, StrictBool, model_validator

from xinheng.core.overlays import Change
from xinheng.core.policy_file import PolicyModel
from xinheng.core.sources import Entry

SOLE_TRADERS = "sole_traders"


class Term(Entry):
    """One sentence that binds whoever uses the data again."""

    text: str


class Scope(Entry):
    """Whether subjects of a sort, and what is published of them, may be taken in bulk."""

    included: StrictBool


class OpenDataRules(PolicyModel):
    terms: dict[str, Term] = Field(min_length=1)
    scope: Mapping[str, Scope]

    @model_validator(mode="after")
    def _says_it_of_sole_traders(self) -> Self:
        if set(self.scope) != {SOLE_TRADERS}:
            raise ValueError("范围须写明是否包含个体工商户（sole_traders），不能有别的")
        return self

    @property
    def sole_traders(self) -> bool:
        """Natural persons who trade (legal guard G1)."""
        return self.scope[SOLE_TRADERS].included


def forbidden_changes(change: Change) -> list[str]:
    """A lower level may bind itself tighter: it takes no one in whom the level above leaves out, unless a law says so."""
    if isinstance(change.after, Scope) and change.after.included and change.altered("included"):
        return ["上级未纳入整批开放的，下级不得纳入"]
    return []
