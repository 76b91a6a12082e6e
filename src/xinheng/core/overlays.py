"""How a province's or a city's policy file is laid over the one above it, and what may not be changed.

A lower file has the same name and holds only what differs. Every entry it touches carries its own ground;
the ranks of those grounds decide whether the change may stand. Subjects list their own prohibitions; the
rules that hold for all of them are here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from xinheng.core.parameters import Level
from xinheng.core.policy_file import PolicyModel
from xinheng.core.sources import Citation, Entry, Rank, Source, citation_causes

Cause: TypeAlias = tuple[str, str]
"""(key, cause in Chinese); the loader puts the file before it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A level and the areas above it, nation first."""

    level: Level
    area: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that a lower file adds or alters, with the grounds the lower file gives for it."""

    section: str
    key: str
    before: Entry | None
    after: Entry
    grounds: tuple[Source, ...]
    place: Place

    @property
    def path(self) -> str:
        return f"{self.section}.{self.key}"

    @property
    def grounds_text(self) -> str:
        return "、".join(f"{source.cite()}（{source.rank.label}）" for source in self.grounds)

    def carried_by(self, ranks: Iterable[Rank]) -> bool:
        allowed = frozenset(ranks)
        return any(source.rank in allowed for source in self.grounds)

    def altered(self, field: str) -> bool:
        return self.before is not None and getattr(self.before, field) != getattr(self.after, field)


Rule: TypeAlias = Callable[[Change], list[str]]
"""What a subject forbids of one change: Chinese causes, empty when it may stand."""


def merge(above: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """Entries of ``overlay`` replace fields of the same entry above; their ``basis`` is appended."""
    merged = dict(above)
    for section, entries in overlay.items():
        if not isinstance(entries, Mapping) or not isinstance(merged.get(section), Mapping):
            merged[section] = entries
            continue
        table = dict(merged[section])
        for key, entry in entries.items():
            table[key] = _merge_entry(table.get(key), entry)
        merged[section] = table
    return merged


def _merge_entry(above: Any, entry: Any) -> Any:
    if not isinstance(above, Mapping) or not isinstance(entry, Mapping):
        return entry
    merged = {**above, **entry}
    if isinstance(above.get("basis"), list) and isinstance(entry.get("basis"), list):
        merged["basis"] = [*above["basis"], *entry["basis"]]
    return merged


def entries_of(part: PolicyModel) -> dict[tuple[str, str], Entry]:
    """All entries of a subject file by section and key."""
    return {
        (section, key): entry
        for section in type(part).model_fields
        if isinstance(table := getattr(part, section), Mapping)
        for key, entry in table.items()
        if isinstance(entry, Entry)
    }


def basis_causes(part: PolicyModel, *, sources: Mapping[str, Source], area: tuple[str, ...]) -> list[Cause]:
    """Citations of a file that do not hold."""
    return [
        (f"{section}.{key}.basis", cause)
        for (section, key), entry in entries_of(part).items()
        for citation in entry.basis
        for cause in citation_causes(citation, sources=sources, area=area)
    ]


def change_causes(
    before: PolicyModel,
    after: PolicyModel,
    raw: Mapping[str, Any],
    *,
    rule: Rule,
    sources: Mapping[str, Source],
    place: Place,
) -> list[Cause]:
    """Everything forbidden in the overlay ``raw`` that turned ``before`` into ``after``."""
    old, new = entries_of(before), entries_of(after)
    causes: list[Cause] = []
    for section, table in raw.items():
        if not isinstance(table, Mapping):
            causes.append((section, "下级文件不能整体改写这一项"))
            continue
        for key, given in table.items():
            entry = new.get((section, key))
            if entry is None:
                causes.append((f"{section}.{key}", "下级文件不能改写这一项"))
            elif not isinstance(given, Mapping) or not given.get("basis"):
                causes.append((f"{section}.{key}", "缺少 basis：下级文件的每一项都要写明依据"))
            else:
                change = _change(section, key, old.get((section, key)), entry, sources=sources, place=place)
                causes += [(change.path, cause) for cause in rule(change)]
    return causes


def _change(
    section: str, key: str, before: Entry | None, after: Entry, *, sources: Mapping[str, Source], place: Place
) -> Change:
    own: tuple[Citation, ...] = after.basis[len(before.basis) :] if before else after.basis
    grounds = tuple(sources[citation.source] for citation in own if citation.source in sources)
    return Change(section=section, key=key, before=before, after=after, grounds=grounds, place=place)
