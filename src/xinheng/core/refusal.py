"""The three ways in which Xinheng says no to input.

A ``Refusal`` is a rule speaking: it is shown to the person as it stands. A ``Problem`` is a defect in
received data: it names row, field, code and outcome. Anything else is a bug and crashes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    """The rule says no. ``message`` and ``advice`` are Chinese sentences for the person who asked; ``others``: what else is
    refused of the same request, each with its own sentence."""

    def __init__(self, code: str, message: str, *, citation: str = "", advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.citation = citation
        self.advice = advice
        self.others: tuple[Refusal, ...] = ()

    @property
    def every(self) -> "tuple[Refusal, ...]":
        """This one and the others, in the order in which they were found."""
        return (self, *self.others)

    def told(self) -> dict[str, str]:
        """This one as machines are told it; ``citation`` where it has one."""
        words = {"code": self.code, "detail": self.message, "advice": self.advice}
        return words | ({"citation": self.citation} if self.citation else {})

    def __str__(self) -> str:
        parts = [f"[{self.code}] {self.message}"]
        if self.citation:
            parts.append(f"依据：{self.citation}")
        if self.advice:
            parts.append(f"怎么办：{self.advice}")
        return "\n".join([*parts, *(str(one) for one in self.others)])


@contextmanager
def gathered(found: list[Refusal]) -> Iterator[None]:
    """What is refused inside is kept in ``found``, and the next rule is asked."""
    try:
        yield
    except Refusal as refusal:
        found.extend(refusal.every)


def refuse_all(found: Sequence[Refusal]) -> None:
    """Refuse with everything that was ``gathered``, each once; nothing found refuses nothing."""
    if found:
        for one in found:
            one.others = ()
        first, *more = found
        first.others = tuple(more)
        raise first
