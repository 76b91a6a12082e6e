"""The three ways in which Xinheng says no to input.

A ``Refusal`` is a rule speaking: it is shown to the person as it stands. A ``Problem`` is a defect in
received data: it names row, field, code and outcome. Anything else is a bug and crashes.
"""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What happens to a row that has a problem."""

    REFUSE = "refuse"
    QUARANTINE = "quarantine"
    REPAIR = "repair"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Problem:
    """A defect found in one received row. ``row`` counts from 1 in the sender's file, ``None`` = whole file."""

    code: str
    outcome: Outcome
    message: str
    row: int | None = None
    field: str | None = None
    value: str | None = None


class Refusal(Exception):
    """The rule says no. ``message`` and ``advice`` are Chinese sentences for the person who asked."""

    def __init__(self, code: str, message: str, *, citation: str = "", advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.citation = citation
        self.advice = advice

    def __str__(self) -> str:
        parts = [f"[{self.code}] {self.message}"]
        if self.citation:
            parts.append(f"依据：{self.citation}")
        if self.advice:
            parts.append(f"怎么办：{self.advice}")
        return "\n".join(parts)
