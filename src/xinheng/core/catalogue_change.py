"""A local supplement to the catalogue: what it adds, what speaks against it, and what changed between two versions.

A supplement adds items below the national list for a city or one of its counties. It needs a local regulation, may not
hold what must not be collected, and what burdens its subjects must have been reviewed first (全国公共信用信息基础目录;
国办发〔2020〕49号; 《河南省社会信用条例》第十一、十三条).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import Field

from xinheng.core.catalogue import (
    Catalogue,
    CatalogueField,
    CatalogueItem,
    Disclosure,
    ForbiddenKind,
    ForbiddenRule,
    Persons,
    Sharing,
    forbidden_changes,
    item_number,
)
from xinheng.core.catalogue_sharing import SharingChoice, causes_against, with_choices
from xinheng.core.overlays import Change, Place
from xinheng.core.parameters import Level
from xinheng.core.policy_file import PolicyError, PolicyModel, parse
from xinheng.core.sources import Area, Citation, Source, citation_causes

Tree = Mapping[str, Any]
"""A supplement as it is being written, sound or not."""


class Supplement(PolicyModel):
    """The items that a city or a county adds. ``area`` is its code; ``version`` counts its publications; ``sharing``: the
    attribute that a city states for items of the basic list, by their codes."""

    area: Area
    version: int = Field(ge=1)
    title: str = Field(min_length=1)
    note: str = ""
    items: dict[str, CatalogueItem] = Field(default_factory=dict)
    sharing: dict[str, SharingChoice] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What keeps a supplement from being published. ``item`` is empty for the whole; ``citation`` is the clause."""

    item: str
    field: str
    sentence: str
    citation: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """``kind`` is 新增, 删除 or 修改; ``field`` says what of the item, empty for the item itself."""

    kind: str
    item: str
    field: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a supplement is judged by. ``area`` runs from the nation down to its own area; ``above`` is the catalogue
    without it; ``taken`` gives the title that each number once had; ``agencies`` are the keys of known agencies;
    ``of_county``: it is a county's."""

    above: Catalogue
    sources: Mapping[str, Source]
    sectors: frozenset[str]
    agencies: frozenset[str]
    area: tuple[str, ...]
    taken: Mapping[int, str]
    of_county: bool = False


def blank_supplement(area: str, title: str) -> dict[str, Any]:
    return {"area": area, "version": 1, "title": title, "note": "", "items": {}}


def parse_supplement(tree: Tree) -> Supplement:
    """Raises PolicyError with every mistake in it."""
    return parse(Supplement, tree, file="地方补充目录")


def with_supplements(catalogue: Catalogue, supplements: Iterable[Supplement]) -> Catalogue:
    """The catalogue with the items of each and the attributes of sharing they state; items of a county carry its code."""
    supplements = list(supplements)
    chosen = {code: choice for supplement in supplements for code, choice in supplement.sharing.items()}
    catalogue = with_choices(catalogue, chosen)
    added = {
        code: item.model_copy(update={"area": supplement.area})
        for supplement in supplements
        for code, item in supplement.items.items()
    }
    return catalogue.model_copy(update={"items": {**catalogue.items, **added}}) if added else catalogue


def findings(tree: Tree, standing: Standing, *, on: date) -> tuple[Finding, ...]:
    """Everything that speaks against a supplement on the day from which it is to hold."""
    found: list[Finding] = []
    if not str(tree.get("title") or "").strip():
        found.append(Finding("", "title", "还没有写名称"))
    for code, raw in (tree.get("items") or {}).items():
        try:
            item = parse(CatalogueItem, raw, file=code)
        except PolicyError as error:
            found += _never(code, raw, standing)
            found += [_unsound(code, cause) for cause in error.causes]
        else:
            found += _of_item(code, item, standing, on=on)
    for code, raw in (tree.get("sharing") or {}).items():
        found += _of_choice(code, raw, standing, on=on)
    return tuple(found)


def _of_choice(code: str, raw: Mapping[str, Any], standing: Standing, *, on: date) -> Iterator[Finding]:
    try:
        choice = parse(SharingChoice, raw, file=code)
    except PolicyError as error:
        yield from (_unsound(code, cause) for cause in error.causes)
        return
    against = causes_against(
        code,
        choice,
        above=standing.above,
        sources=standing.sources,
        area=standing.area,
        of_county=standing.of_county,
        on=on,
    )
    yield from (Finding(code, field, sentence) for field, sentence in against)


def _unsound(code: str, cause: str) -> Finding:
    _, field, why = cause.split("：", 2)
    return Finding(code, field, f"{_LABELS.get(field.split('.')[0], field)}：{why}")


def _never(code: str, raw: Mapping[str, Any], standing: Standing) -> Iterator[Finding]:
    """What no condition can allow is said before the item is complete."""
    for text in (str(raw.get("title") or ""), *(raw.get("fields") or {})):
        for kind in standing.above.forbidden_by(text):
            if kind.rule is ForbiddenRule.NEVER:
                sentence = f"“{text}”：{kind.title}不得归集"
                yield Finding(code, "title", sentence, cited(kind.basis, standing.sources))


def _of_item(code: str, item: CatalogueItem, standing: Standing, *, on: date) -> Iterator[Finding]:
    yield from _numbered(code, item, standing)
    yield from _grounded(code, item, standing, on=on)
    yield from _forbidden(code, item, standing)
    yield from _reviewed(code, item, standing)
    for sector in item.providers:
        if sector not in standing.sectors:
            yield Finding(code, "providers", f"没有领域“{sector}”")
    for agency in item.organisations:
        if agency not in standing.agencies:
            yield Finding(code, "organisations", f"没有单位“{agency}”")
    if item.national:
        yield Finding(code, "national", "地方补充的信息项不能标为国家目录的信息项")


def _numbered(code: str, item: CatalogueItem, standing: Standing) -> Iterator[Finding]:
    if item_number(code) != item.number:
        yield Finding(code, "number", f"代号“{code}”与编号 {item.number} 不一致")
    if code in standing.above.items:
        yield Finding(code, "number", f"“{standing.above.items[code].title}”已经在目录中")
    elif standing.taken.get(item.number, item.title) != item.title:
        earlier = standing.taken[item.number]
        yield Finding(code, "number", f"编号 {item.number} 已经给过“{earlier}”，编号永不改作他用")
    if any(known.title == item.title for known in standing.above.items.values()):
        yield Finding(code, "title", f"目录中已有“{item.title}”")


def _grounded(code: str, item: CatalogueItem, standing: Standing, *, on: date) -> Iterator[Finding]:
    """A local supplement rests on a norm of sufficient rank, with the clause, in force here on the day."""
    holding: list[Source] = []
    for citation in item.basis:
        causes = citation_causes(citation, sources=standing.sources, area=standing.area, on=on)
        yield from (Finding(code, "basis", cause) for cause in causes)
        if not citation.clause.strip():
            yield Finding(code, "basis", "依据须写明条款")
        if not causes:
            holding.append(standing.sources[citation.source])
    place = Place(Level.CITY, standing.area)
    change = Change("items", code, None, item, tuple(holding), place)
    if not holding:
        yield Finding(code, "basis", "没有可用的依据：目录之外增加信息项须有地方性法规依据")
    else:
        yield from (Finding(code, "basis", cause) for cause in forbidden_changes(change))


def _forbidden(code: str, item: CatalogueItem, standing: Standing) -> Iterator[Finding]:
    """Kinds that must not be collected, named in the title or in a field."""
    places = [("title", item.title)]
    for name, field in item.fields.items():
        places += [(f"fields.{name}", text) for text in (name, *field.choices)]
    for place, text in places:
        for kind in standing.above.forbidden_by(text):
            cause = forbidden_cause(kind, item)
            if cause:
                yield Finding(code, place, f"“{text}”：{cause}", cited(kind.basis, standing.sources))


def forbidden_cause(kind: ForbiddenKind, item: CatalogueItem) -> str:
    """Why an item may not hold such information; empty where its conditions are met."""
    if kind.rule is ForbiddenRule.NEVER:
        return f"{kind.title}不得归集"
    if kind.rule is ForbiddenRule.PERSONS:
        return "" if item.persons is Persons.NONE else f"{kind.title}不得归集；只收单位的，请选“不涉及自然人”"
    if kind.rule is ForbiddenRule.CONSENT:
        kept = item.consent and not item.burdens and item.disclosure is not Disclosure.PUBLIC
        return "" if kept else f"{kind.title}须经主体书面同意才能归集，不得公开，也不得用于不利处理"
    document = any("文书" in name and field.required for name, field in item.fields.items())
    return "" if document else f"{kind.title}：须有生效法律文书，请增加必填的“生效法律文书号”"


def _reviewed(code: str, item: CatalogueItem, standing: Standing) -> Iterator[Finding]:
    if item.burdens:
        for key, review in standing.above.reviews.items():
            if not item.reviews.get(key, "").strip():
                sentence = f"对主体不利的信息项须先经{review.title}，请写明文件"
                yield Finding(code, f"reviews.{key}", sentence, cited(review.basis, standing.sources))


def cited(basis: Iterable[Citation], sources: Mapping[str, Source]) -> str:
    """Documents and clauses as people cite them."""
    known = (one for one in basis if one.source in sources)
    return "；".join(dict.fromkeys(sources[one.source].cite(one.clause) for one in known))


def differences(
    old: Mapping[str, CatalogueItem],
    new: Mapping[str, CatalogueItem],
    *,
    names: Mapping[str, str] | None = None,
) -> tuple[Difference, ...]:
    """Items and fields that came, went or were altered, in the order of their numbers; ``names`` says what the keys of
    documents, agencies and sectors are called."""
    codes = sorted({*old, *new}, key=lambda code: (old.get(code) or new[code]).number)
    found: list[Difference] = []
    for code in codes:
        before, after = old.get(code), new.get(code)
        if before is None or after is None:
            found.append(_whole(before, after, names or {}))
        else:
            found += _attributes(before, after, names or {})
            found += _fields(before, after)
    return tuple(found)


def all_differences(
    old: Supplement | None, new: Supplement, *, names: Mapping[str, str] | None = None
) -> tuple[Difference, ...]:
    """Between two versions: items, their fields, and attributes of sharing; ``old`` None for a first version."""
    before, stated = (old.items, old.sharing) if old else ({}, {})
    return (
        *differences(before, new.items, names=names),
        *_sharing_differences(stated, new.sharing, names=names),
    )


def _sharing_differences(
    old: Mapping[str, SharingChoice],
    new: Mapping[str, SharingChoice],
    *,
    names: Mapping[str, str] | None,
) -> tuple[Difference, ...]:
    """``names`` gives titles of items after ``item:`` and of documents."""
    known, found = names or {}, []
    for code in dict.fromkeys([*old, *new]):
        was, becomes = old.get(code), new.get(code)
        if was != becomes:
            kind = "新增" if was is None else "删除" if becomes is None else "修改"
            title = known.get(f"item:{code}", code)
            found.append(Difference(kind, title, "共享属性", _stated(was, known), _stated(becomes, known)))
    return tuple(found)


def _stated(choice: SharingChoice | None, names: Mapping[str, str]) -> str:
    return f"{choice.sharing.label}；依据：{_said(choice.basis, names)}" if choice else ""


def sharing_words(value: str) -> str:
    """The attribute as it was written down, in words; empty for none."""
    return Sharing(value).label if value in set(Sharing) else value


def _whole(before: CatalogueItem | None, after: CatalogueItem | None, names: Mapping[str, str]) -> Difference:
    if before is None:
        assert after is not None
        return Difference("新增", after.title, "", "", _summary(after, names))
    return Difference("删除", before.title, "", _summary(before, names), "")


def _summary(item: CatalogueItem, names: Mapping[str, str]) -> str:
    told = f"{len(item.fields)} 个字段：{'、'.join(item.fields)}"
    grounds = f"依据：{_said(item.basis, names)}"
    return f"{item.nature.label}，{item.disclosure.label}；{told}；{grounds}"


def _attributes(
    before: CatalogueItem, after: CatalogueItem, names: Mapping[str, str]
) -> Iterator[Difference]:
    silent = {"fields", "providers"} if after.organisations else {"fields"}
    for name, label in _LABELS.items():
        was, becomes = getattr(before, name), getattr(after, name)
        if name not in silent and was != becomes:
            yield Difference("修改", after.title, label, _said(was, names), _said(becomes, names))


def _fields(before: CatalogueItem, after: CatalogueItem) -> Iterator[Difference]:
    for name in dict.fromkeys([*before.fields, *after.fields]):
        was, becomes = before.fields.get(name), after.fields.get(name)
        if was == becomes:
            continue
        kind = "新增" if was is None else "删除" if becomes is None else "修改"
        yield Difference(
            kind,
            after.title,
            f"字段“{name}”",
            field_words(was) if was else "",
            field_words(becomes) if becomes else "",
        )


def field_words(field: CatalogueField) -> str:
    """A field in one line: 文字，至多 200 字，必填."""
    parts = [
        field.kind.label,
        f"至多 {field.length} 字" if field.length else "",
        "必填" if field.required else "",
        "" if field.public else "不公开",
        f"代码集 {field.code_set}" if field.code_set else "",
        f"取值 {'、'.join(field.choices)}" if field.choices else "",
        f"单位 {field.measured_in}" if field.measured_in else "",
    ]
    return "，".join(part for part in parts if part)


def _said(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "；".join(_said(each, names) for each in value)
    if isinstance(value, Mapping):
        return "；".join(f"{key} {text}" for key, text in value.items())
    if isinstance(value, Citation):
        return f"{names.get(value.source, value.source)}{value.clause}"
    if isinstance(value, str) and not hasattr(value, "label"):
        return names.get(value, value)
    return "" if value is None else str(getattr(value, "label", value))


_LABELS = {
    "number": "编号",
    "title": "名称",
    "group": "类别",
    "basis": "依据",
    "providers": "提供单位",
    "organisations": "提供单位",
    "nature": "信息性质",
    "sharing": "共享属性",
    "disclosure": "公开属性",
    "persons": "自然人",
    "keeping": "有效期限",
    "cycle": "更新周期",
    "burdens": "可作不利依据",
    "consent": "须书面同意",
    "reviews": "评估和征求意见",
    "area": "适用地区",
    "note": "说明",
    "fields": "字段",
}
"""Names of what an item says of itself."""
