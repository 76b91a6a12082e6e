"""Decides what an enterprise's consent covers: which kinds of its information, for what, by whom, from when until when.

Information on taxes, social insurance, housing fund, medical insurance and utilities enters as the catalogue lays it
down or with the subject's consent, and is used no longer than the consent lives (平顶山市方案第6项;
《征信业管理条例》第十四条 on written consent; 《个人信息保护法》第十五条 on withdrawal, taken here for enterprises as well).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from xinheng.core.catalogue import Catalogue, CatalogueItem, Disclosure
from xinheng.core.feeds import Feed
from xinheng.core.provenance import Provenance
from xinheng.core.refusal import Refusal

NO_CONSENT = "没有该主体现行有效的授权同意"
"""What stands beside a row that was set aside (E20)."""


class Way(StrEnum):
    """How the subject agreed."""

    PAPER = "paper"
    ONLINE = "online"

    @property
    def label(self) -> str:
        return {"paper": "书面", "online": "网上"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed to. ``fields``: only these, empty for all; ``receiver``: only this organisation, None for any.

    ``until_on`` is the last day.
    """

    items: frozenset[str]
    feeds: frozenset[str] = field(default=frozenset())
    fields: frozenset[str] = field(default=frozenset())
    purpose: str
    receiver: int | None = None
    from_on: date
    until_on: date

    def lives(self, *, on: date, revoked_on: date | None = None) -> bool:
        return self.from_on <= on <= self.until_on and revoked_on is None

    def covers(self, *, item: str, purpose: str, receiver: int) -> bool:
        """Whether this use is within what was agreed to, its days apart."""
        return item in self.items and self.purpose == purpose and self.receiver in (None, receiver)


def needs_consent_to_enter(feed: Feed, catalogue: Catalogue) -> bool:
    """Whether rows of the feed enter with a living consent of their subject only."""
    item = catalogue.items.get(feed.item or "")
    return feed.provenance is Provenance.AUTHORISED or (item is not None and item.consent)


def needs_consent_to_share(item: CatalogueItem) -> bool:
    """Whether others get the item with a living consent only (授权查询)."""
    return item.consent or item.disclosure is Disclosure.QUERY


def agreeable_items(catalogue: Catalogue) -> dict[str, str]:
    """Items on which a consent has an effect, by code, with their titles."""
    return {
        code: item.title
        for code, item in catalogue.items.items()
        if needs_consent_to_share(item) and item.disclosure is not Disclosure.CLOSED
    }


def agreeable_feeds(feeds: Iterable[Feed], catalogue: Catalogue) -> dict[str, str]:
    """Feeds that deliver under consent, by id, with their titles."""
    return {feed.id: feed.title for feed in feeds if needs_consent_to_enter(feed, catalogue)}


def refuse_terms(terms: Terms, *, way: Way, scanned: bool, today: date, catalogue: Catalogue) -> None:
    """Refusal SQ01 for what cannot be a consent."""
    unknown = sorted(terms.items - set(agreeable_items(catalogue)))
    causes = {
        "请至少选择一类信息。": not terms.items,
        f"这些信息不以授权为前提，不能登记授权：{'、'.join(unknown)}。": bool(unknown),
        "请写明用途。": not terms.purpose.strip(),
        "截止日早于起始日。": terms.until_on < terms.from_on,
        "截止日已经过去。": terms.until_on < today,
        "书面授权须附授权书的扫描件。": way is Way.PAPER and not scanned,
    }
    for sentence, wrong in causes.items():
        if wrong:
            raise Refusal("SQ01", sentence, advice="请按授权书改正后重试。")
