"""What the shared components of a page are told: each is a frozen value that a view fills in.

A component shows what it is given. Whether a day is late, whom a statement concerns or what may be shown is
decided below; nothing here reads a clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Clock:
    """A running or ended term. ``workdays_left`` is negative when late; both it and ``due_on`` are ``None`` while
    the term is not known (legal guard G15)."""

    due_on: date | None
    workdays_left: int | None
    rule: str
    rule_url: str = ""
    provisional: bool = False
    verified: bool = True
    done_on: date | None = None
    ran_out: bool = False
    """Ended by its last day alone: nothing was done."""

    @property
    def state(self) -> str:
        if self.done_on is not None and self.ran_out:
            return "ran-out"
        if self.done_on is not None:
            return "done" if self.due_on is None or self.done_on <= self.due_on else "late-done"
        if self.due_on is None or self.workdays_left is None:
            return "unknown"
        if self.workdays_left < 0:
            return "late"
        return "today" if self.workdays_left == 0 else "running"

    @property
    def words(self) -> str:
        left = self.workdays_left or 0
        return {
            "done": "已按期完成",
            "late-done": "已完成，晚于期限",
            "ran-out": "已期满",
            "unknown": "期限待确认",
            "late": f"逾期 {-left} 个工作日",
            "today": "今天到期",
            "running": f"剩 {left} 个工作日",
        }[self.state]


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure that leads to its rows. ``value`` is already written; ``definition`` says how it is counted."""

    label: str
    value: str
    url: str = ""
    unit: str = ""
    definition: str = ""
    change: str = ""
    attention: bool = False
    spark: str = ""


@dataclass(frozen=True, slots=True)
class Crumb:
    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """``kind`` is one of info, done, clock, decide."""

    kind: str
    title: str
    body: str = ""
    url: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure or record comes from: who delivered it, in which file and row, and when.

    ``sender`` is the person or system that sent it, ``receipt`` what the sender holds, ``apart`` the class of
    information that is no public credit information.
    """

    unit: str
    received_on: date | None = None
    batch: str = ""
    batch_url: str = ""
    file_name: str = ""
    row_no: int | None = None
    as_of: date | None = None
    feed: str = ""
    sender: str = ""
    receipt: str = ""
    apart: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """An adverse statement with all that the person concerned needs to contest it.

    ``grades`` of words: ``seriousness``, ``finality`` and ``state`` are labels already. ``stop_on`` is the last
    day of publication, ``repair_from`` the first day on which repair may be applied for.
    """

    kind: str
    ground: str
    document_no: str
    decided_on: date | None
    authority: str
    clause: str
    objection_url: str
    body: str = ""
    seriousness: str = ""
    finality: str = ""
    state: str = ""
    published_on: date | None = None
    stop_on: date | None = None
    repair_from: date | None = None
    repair_url: str = ""
    url: str = ""
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One point of a timeline. ``ahead`` marks a day still to come."""

    on: date | None
    title: str
    kind: str = ""
    body: str = ""
    url: str = ""
    authority: str = ""
    document_no: str = ""
    until: date | None = None
    state: str = ""
    ahead: bool = False
    statement: Statement | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a procedure as its subject sees it; ``state`` is done, now or ahead."""

    label: str
    state: str
    on: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Paging:
    """Neighbouring pages by key; an empty address means that there is none."""

    previous_url: str = ""
    next_url: str = ""
    shown: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One field of a filter form; ``kind`` is text, select, date or month."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    options: Sequence[Option] = ()
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """``kind`` is text, number, day, code or tight."""

    label: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Cell:
    """A written value, a link if it leads somewhere; ``mark`` adds a state word."""

    text: str
    url: str = ""
    mark: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of written cells. ``empty`` says why there is nothing and what to do."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell | str]]
    empty: str = ""
    paging: Paging | None = None
    caption_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a menu or a list of services."""

    label: str
    url: str
    sentence: str = ""
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class MenuGroup:
    label: str
    links: Sequence[Link]
