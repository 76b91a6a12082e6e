"""Which item of a department's list of powers and duties obliges it to supply an item of the catalogue.

A catalogue item that no duty answers to has nobody who must supply it, and a duty without an item leaves no record;
both are gaps (权责清单; HA-三（一）, SJZ-（四）, NY-四（一）).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from pydantic import Field

from xinheng.core.catalogue import Catalogue, Item
from xinheng.core.policy_file import PolicyModel
from xinheng.core.refusal import Refusal

_HEADERS = {
    "organisation": ("单位", "实施主体", "责任单位", "实施部门", "行使主体"),
    "number": ("职权编号", "职权编码", "事项编码", "事项编号", "权力编码"),
    "title": ("职权名称", "事项名称", "权力名称"),
    "items": ("目录项", "信用信息目录项", "对应目录项"),
}
_WORDS = {"organisation": "单位", "number": "职权编号", "title": "职权名称", "items": "目录项"}
_SEPARATORS = str.maketrans({"；": "、", ";": "、", "，": "、", ",": "、", "\n": "、"})
OF_SUBJECTS = frozenset({Item.VOLUNTARY.code, Item.OBJECTION.code})
"""Items that subjects bring themselves; no duty of a department is asked for."""


class Duty(PolicyModel):
    """One entry of a list. ``organisation`` is the stable key; ``items`` are codes of the catalogue."""

    organisation: str
    number: str = Field(min_length=1, max_length=80)
    title: str = Field(min_length=1, max_length=300)
    items: tuple[str, ...] = ()


class DutyList(PolicyModel):
    """The lists of the departments of an area."""

    duties: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line of the file, counted from 1 below the header."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Known:
    """What names may stand for: organisations by any of their names, and the catalogue."""

    organisations: Mapping[str, str]
    catalogue: Catalogue


@dataclass(frozen=True, slots=True)
class Matrix:
    """``of_item`` gives the duties of each catalogue code; the gaps are on both sides."""

    of_item: Mapping[str, tuple[Duty, ...]]
    items_without_duty: tuple[str, ...]
    duties_without_item: tuple[Duty, ...]


class Owing(Enum):
    """Whether a department must supply an item for a place, by its list of powers and duties."""

    OWED = "权责清单"
    NOT_OWED = "清单未列"
    NO_LIST = "目录（未导入清单）"


@dataclass(frozen=True, slots=True)
class Owed:
    """What the lists say: by area (the city's code, or a county's) the items of each organisation's key.

    A list of the city speaks for every county; a county's own list for that county alone. An organisation that no
    list names has not had its list imported: then the catalogue decides who supplies.
    """

    city: str
    lists: Mapping[str, Mapping[str, frozenset[int]]]

    def of(self, organisation: str, item: int, *, place: str) -> Owing:
        areas = [area for area in (self.city, place) if organisation in self.lists.get(area, {})]
        if not areas:
            return Owing.NO_LIST
        owed = any(item in self.lists[area][organisation] for area in areas)
        return Owing.OWED if owed else Owing.NOT_OWED

    def items_of(self, organisation: str) -> frozenset[int] | None:
        """Items that the organisation owes anywhere; None where no list names it."""
        own = [held[organisation] for held in self.lists.values() if organisation in held]
        return frozenset[int]().union(*own) if own else None


def owed_by(lists: Mapping[str, Iterable[Duty]], catalogue: Catalogue, *, city: str) -> Owed:
    """The lists of each area as what is owed; codes that have left the catalogue oblige to nothing."""
    found: dict[str, dict[str, frozenset[int]]] = {}
    for area, duties in lists.items():
        own = found.setdefault(area, {})
        for duty in duties:
            numbers = {catalogue.items[code].number for code in duty.items if code in catalogue.items}
            own[duty.organisation] = own.get(duty.organisation, frozenset()) | numbers
    return Owed(city, found)


def read_duties(
    header: Sequence[str], rows: Iterable[Sequence[str]], known: Known
) -> tuple[DutyList, tuple[Fault, ...]]:
    """The list of a table file, and what is wrong with its lines. Refusal QD1 where a column is missing."""
    places = _places(header)
    duties: dict[tuple[str, str], Duty] = {}
    faults: list[Fault] = []
    for line, row in enumerate(rows, start=1):
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        if not any(cells.values()):
            continue
        read = _duty(cells, known)
        if isinstance(read, Duty):
            key = (read.organisation, read.number)
            if key in duties:
                faults.append(Fault(line, f"职权编号“{read.number}”在本单位重复"))
            duties.setdefault(key, read)
        else:
            faults += [Fault(line, sentence) for sentence in read]
    return DutyList(duties=tuple(duties.values())), tuple(faults)


def _places(header: Sequence[str]) -> dict[str, int]:
    cells = [cell.strip() for cell in header]
    found = {
        name: next((place for place, cell in enumerate(cells) if cell in words), -1)
        for name, words in _HEADERS.items()
    }
    missing = [_WORDS[name] for name, place in found.items() if place < 0]
    if missing:
        raise Refusal(
            "QD1",
            f"文件里没有“{'、'.join(missing)}”这一列。",
            advice="表头应为：单位、职权编号、职权名称、目录项。",
        )
    return found


def _duty(cells: Mapping[str, str], known: Known) -> Duty | list[str]:
    sentences = [f"没有填写{_WORDS[name]}" for name in ("number", "title") if not cells[name]]
    organisation = known.organisations.get(cells["organisation"])
    if organisation is None:
        sentences.append(f"没有单位“{cells['organisation']}”")
    words = [word for word in cells["items"].translate(_SEPARATORS).split("、") if word.strip()]
    items = [(word.strip(), item_named(word.strip(), known.catalogue)) for word in words]
    sentences += [f"目录中没有“{word}”" for word, code in items if code is None]
    if sentences or organisation is None:
        return sentences
    codes = tuple(dict.fromkeys(code for _, code in items if code is not None))
    return Duty(
        organisation=organisation, number=cells["number"][:80], title=cells["title"][:300], items=codes
    )


def item_named(word: str, catalogue: Catalogue) -> str | None:
    """The code of an item by code, number or title, with or without 信息."""
    short = word.removesuffix("信息")
    for code, item in catalogue.items.items():
        if word in (code, str(item.number)) or short == item.title.removesuffix("信息"):
            return code
    return None


def matrix_of(duties: Iterable[Duty], catalogue: Catalogue) -> Matrix:
    """Items in the order of their numbers; codes that have left the catalogue are no item any more."""
    given = tuple(duties)
    codes = sorted(catalogue.items, key=lambda code: catalogue.items[code].number)
    of_item = {code: tuple(duty for duty in given if code in duty.items) for code in codes}
    return Matrix(
        of_item,
        tuple(code for code, found in of_item.items() if not found and code not in OF_SUBJECTS),
        tuple(duty for duty in given if not set(duty.items) & set(codes)),
    )
