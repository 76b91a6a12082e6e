"""Resolves a feed against the columns of one file: where each field of the record stands, and what it is called."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xinheng.core.feeds import KIND_OF, Column, Feed, Kind, Target, Unit
from xinheng.intake.engine import in_sql
from xinheng.intake.recognition import Match

LABELS: dict[Target, str] = {
    Target.NAME: "主体名称",
    Target.CODE: "统一社会信用代码",
    Target.REGISTRATION_NO: "工商注册号",
    Target.ORGANISATION_NO: "组织机构代码",
    Target.TAX_NO: "税务登记号",
    Target.SOURCE_KEY: "主键",
    Target.DOCUMENT_NO: "文书号",
    Target.DECIDED_ON: "决定日期",
    Target.VALID_FROM: "有效期自",
    Target.VALID_TO: "有效期至",
    Target.AUTHORITY: "机关",
    Target.AUTHORITY_CODE: "机关代码",
    Target.AMOUNT: "金额",
    Target.HEADCOUNT: "人数",
    Target.RESULT: "结果",
    Target.SERIOUSNESS: "严重程度",
    Target.FINALITY: "救济状态",
    Target.TITLE: "事由",
    Target.REPORTED_ON: "上报日期",
    Target.PARTY_CATEGORY: "相对人类别",
    Target.PARTY_ID_KIND: "证件类型",
    Target.PARTY_ID: "证件号码",
    Target.PROCEDURE: "程序",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the record. ``sql`` names its cleaned text in the view ``cells``; no place = not in the file."""

    sql: str
    label: str
    kind: Kind
    column: Column
    places: tuple[tuple[int, str], ...]

    @property
    def present(self) -> bool:
        return bool(self.places) or self.column.default is not None

    def text(self) -> str:
        """SQL of the first filled cell (e1 … eN), else the default, else NULL."""
        several = self.kind is Kind.DATE and len(self.places) > 1
        cells = [f"dated(c{place}, e{place})" if several else f"e{place}" for place, _ in self.places]
        if self.column.default is not None:
            cells.append(in_sql(self.column.default))
        return cells[0] if len(cells) == 1 else f"coalesce({', '.join(cells)})" if cells else "NULL::VARCHAR"

    def worths(self) -> tuple[int, ...]:
        """The different fen that one unit of a cell may be worth, by its column."""
        return tuple(dict.fromkeys(fen for _, fen in self._worths()))

    def worth(self) -> str:
        """SQL of the fen that one unit of the first filled cell (e1 … eN) is worth."""
        *first, (_, last) = self._worths()
        cases = " ".join(f"WHEN e{place} IS NOT NULL THEN {fen}" for place, fen in first)
        return f"CASE {cases} ELSE {last} END" if cases else str(last)

    def _worths(self) -> list[tuple[int | None, int]]:
        """By place in order of preference; without place that of the default."""
        units: list[tuple[int | None, Unit | None]] = [
            (place, self.column.units.get(header, self.column.unit)) for place, header in self.places
        ]
        if not units or self.column.default is not None:
            units.append((None, self.column.unit))
        return [(place, (unit or Unit.YUAN).in_fen) for place, unit in units]


@dataclass(frozen=True, slots=True)
class Plan:
    """A feed laid over the columns of one file. ``forbidden``: places of columns that may not be collected."""

    match: Match
    targets: Mapping[Target, Field]
    details: Mapping[str, Field]
    forbidden: Mapping[int, str]

    @property
    def feed(self) -> Feed:
        return self.match.feed

    def field(self, target: Target) -> Field | None:
        """The field where the file or the feed supplies it."""
        found = self.targets.get(target)
        return found if found is not None and found.present else None

    def of_kind(self, kind: Kind) -> Iterator[tuple[Target, Field]]:
        return (
            (target, field) for target, field in self.targets.items() if field.present and field.kind is kind
        )

    def fields(self) -> Iterator[Field]:
        yield from self.targets.values()
        yield from self.details.values()

    def used_places(self) -> frozenset[int]:
        return frozenset(place for field in self.fields() for place, _ in field.places)

    def public_places(self) -> frozenset[int]:
        """Columns whose text may come to be shown, in which personal data is a defect (E10)."""
        shown = [
            field
            for target, field in self.targets.items()
            if target in _SHOWN and not field.column.person and field.column.public
        ]
        shown += [field for field in self.details.values() if field.column.public and not field.column.person]
        return frozenset(place for field in shown for place, _ in field.places)


_SHOWN = frozenset({Target.NAME, Target.DOCUMENT_NO, Target.TITLE, Target.AUTHORITY, Target.RESULT})


def plan_of(match: Match, forbidden: Mapping[int, str]) -> Plan:
    """Every column of the feed with its places in the file; ``forbidden`` places with what they hold."""
    targets: dict[Target, Field] = {}
    for target, column in match.feed.columns.items():
        places = match.places(column)
        label = places[0][1] if places and places[0][1] else LABELS[target]
        targets[target] = Field(f"t_{target}", label, KIND_OF[target], column, places)
    details = {
        label: Field(f"d_{number}", label, column.kind, column, match.places(column))
        for number, (label, column) in enumerate(match.feed.details.items(), start=1)
    }
    return Plan(match, targets, details, forbidden)
