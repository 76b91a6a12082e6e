"""How other bodies get an item of the basic list, where the list leaves it unsaid and the city decides it.

The city states the attribute with its ground; what keeps an item from being shared at all needs a norm of the nation
(《政务数据共享条例》 on the three attributes and on 不予共享, 未核). What is for handling only stays closed, and what is opened
by authority is never shared without condition.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from xinheng.core.catalogue import FIRST_LOCAL_NUMBER, Catalogue, CatalogueItem, Disclosure, Sharing
from xinheng.core.sources import Entry, Rank, Source, citation_causes

CLOSING = (Rank.LAW, Rank.ADMINISTRATIVE_REGULATION, Rank.CENTRAL_POLICY)


class SharingChoice(Entry):
    """The attribute that a city states for one item of the basic list."""

    sharing: Sharing


def with_choices(catalogue: Catalogue, choices: Mapping[str, SharingChoice]) -> Catalogue:
    """The catalogue with the attributes where they are unsaid; what is laid down above stays."""
    stated = {
        code: item.model_copy(update={"sharing": choices[code].sharing, "sharing_basis": choices[code].basis})
        for code, item in catalogue.items.items()
        if code in choices and item.sharing is None
    }
    return catalogue.model_copy(update={"items": {**catalogue.items, **stated}}) if stated else catalogue


def without_choices(catalogue: Catalogue, codes: frozenset[str]) -> Catalogue:
    """The catalogue as it stands above the city: what the city stated is unsaid again."""
    unsaid = {
        code: item.model_copy(update={"sharing": None, "sharing_basis": ()})
        for code, item in catalogue.items.items()
        if code in codes and item.sharing_basis
    }
    return catalogue.model_copy(update={"items": {**catalogue.items, **unsaid}}) if unsaid else catalogue


def open_items(catalogue: Catalogue) -> dict[str, CatalogueItem]:
    """Items of the basic list whose attribute is unsaid, by code, in their order."""
    known = sorted(catalogue.items.items(), key=lambda pair: pair[1].number)
    return {code: item for code, item in known if _basic(item) and item.sharing is None}


def _basic(item: CatalogueItem) -> bool:
    return item.number < FIRST_LOCAL_NUMBER


def causes_against(
    code: str,
    choice: SharingChoice,
    *,
    above: Catalogue,
    sources: Mapping[str, Source],
    area: tuple[str, ...],
    of_county: bool,
    on: date,
) -> Iterator[tuple[str, str]]:
    """What speaks against one choice, with the part of it. ``above`` is the catalogue without the city's choices."""
    item = above.items.get(code)
    if item is None or not _basic(item):
        yield "sharing", f"基础目录中没有“{code}”；地方补充的信息项在该项中填写共享属性"
        return
    if of_county:
        yield "sharing", "基础目录信息项的共享属性由市里统一确定，县区补充目录不能确定"
    if item.sharing is not None:
        yield "sharing", f"目录已定为“{item.sharing.label}”，下级不能改写"
    if item.disclosure is Disclosure.CLOSED and choice.sharing is not Sharing.NONE:
        yield "sharing", "仅供办理、不予披露的信息项不能共享"
    if choice.sharing is Sharing.OPEN and (item.consent or item.disclosure is Disclosure.QUERY):
        yield "sharing", "须经主体授权才能查询的信息项不能无条件共享"
    yield from _grounded(choice, sources=sources, area=area, on=on)


def _grounded(
    choice: SharingChoice, *, sources: Mapping[str, Source], area: tuple[str, ...], on: date
) -> Iterator[tuple[str, str]]:
    ranks: list[Rank] = []
    for citation in choice.basis:
        causes = citation_causes(citation, sources=sources, area=area, on=on)
        yield from (("basis", cause) for cause in causes)
        if not citation.clause.strip():
            yield "basis", "依据须写明条款"
        ranks += [] if causes else [sources[citation.source].rank]
    if choice.sharing is Sharing.NONE and not any(rank in CLOSING for rank in ranks):
        yield "basis", "不予共享须有法律、行政法规或者党中央、国务院政策文件的依据"
