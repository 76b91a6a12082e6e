"""The city's policy as the portal speaks it: names of kinds, places and rules, and what the catalogue lets anybody see.

What may be shown is decided by the catalogue (公开属性) and by the class of a failing record, not by a page
(《河南省社会信用条例》第十九条; legal guards G1, G8, G10).
"""

from collections.abc import Iterable
from datetime import date
from threading import Lock
from typing import Any

from django.utils.timezone import localdate

from xinheng.core.catalogue import CatalogueItem, Nature
from xinheng.core.models import SubjectKind
from xinheng.core.parameters import Reading, Status
from xinheng.core.policy import Policy
from xinheng.core.policy_published import CALENDAR, CATALOGUE, GRADING, MODEL, Published, laid_over
from xinheng.core.records import Seriousness
from xinheng.core.sources import Citation
from xinheng.interfaces.web.seed import seed_policy
from xinheng.store.public import PublicPolicy

KINDS = {kind.value: kind.label for kind in SubjectKind} | {"other": "其他主体"}
STATUSES = {
    "active": "存续",
    "suspended": "歇业",
    "revoked": "吊销",
    "cancelled": "注销",
    "moved": "迁出",
    "unknown": "登记状态未注明",
}
SOLE_TRADER = "sole_trader"
DATABASE = "portal"
"""The connection whose role can read the public views and nothing else."""
MOST_KEPT = 4
MOST_DAYS = 12
_ALWAYS = ("complaints", "objections", "repair")
"""Subjects whose clocks a reader asks for even where no text sets them: shown as 待确认."""


_PUBLISHED = (MODEL, CALENDAR, CATALOGUE, GRADING)
_Key = tuple[str, int, str, date]
_kept: dict[_Key, Policy] = {}
_lock = Lock()


def policy_in_force(*, on: date) -> Policy:
    """The pack of the city with the models, calendars, catalogue and policies of supervision that the office has published and that hold on a day."""
    seed = seed_policy()
    published = PublicPolicy.objects.using(DATABASE).filter(kind__in=_PUBLISHED, from_on__lte=on)
    newest = published.order_by("-pk").values_list("pk", "digest").first()
    if newest is None:
        return seed
    key = (seed.digest, *newest, on)
    with _lock:
        if key not in _kept:
            while len(_kept) >= MOST_KEPT:
                _kept.pop(next(iter(_kept)))
            rows = published.filter(pk__lte=newest[0]).values_list("pk", "kind", "key", "body", "from_on")
            _kept[key] = laid_over(seed, (Published(*row) for row in rows), on=on)
        return _kept[key]


def dated(*kinds: str, on: date, path: str) -> dict[str, Any]:
    """What the head of a page says of the day for which it holds (portal/dated.html): the days on which something of the
    kinds was changed lead to the page as it was then."""
    today = localdate()
    changed = PublicPolicy.objects.using(DATABASE).filter(kind__in=kinds, from_on__lte=today)
    days = sorted(set(changed.values_list("from_on", flat=True)), reverse=True)
    return {"on": on, "past": on != today, "now_url": path, "days": days[:MOST_DAYS]}


def public_acts(policy: Policy) -> dict[str, int]:
    """Those of the ten kinds of act that are public here, with the number of their catalogue item."""
    items = policy.catalogue.items
    return {
        key: items[act.item].number
        for key, act in policy.acts.acts.items()
        if policy.may_be_public(items[act.item])
    }


def act_kind(policy: Policy, number: int) -> str | None:
    """The key of the kind of act that an item belongs to; None for what is no act."""
    items = policy.catalogue.items
    return next((key for key, act in policy.acts.acts.items() if items[act.item].number == number), None)


def item_of(policy: Policy, number: int) -> CatalogueItem | None:
    return next((item for item in policy.catalogue.items.values() if item.number == number), None)


def item_label(policy: Policy, number: int) -> str:
    """行政处罚, 信用承诺及履行情况, 登记注册基本信息 and so on."""
    item = item_of(policy, number)
    if item is None:
        return "其他"
    return item.title if item.title.endswith("基本信息") else item.title.removesuffix("信息")


def is_adverse(policy: Policy, *, item: int, seriousness: int) -> bool:
    """Whether a record says something against its subject."""
    entry = item_of(policy, item)
    return seriousness != Seriousness.NONE or (entry is not None and entry.nature is Nature.FAILING)


def clocks(policy: Policy, *, item: int, decided_on: date | None) -> tuple[Reading, ...]:
    """The publication clocks of an act, the binding one first; none for what is no act (G8)."""
    kind = act_kind(policy, item)
    return policy.act_clocks(kind, on=decided_on) if kind and decided_on else ()


def district(policy: Policy, code: str) -> str:
    county = policy.counties.get(code)
    if county:
        return county.name
    return policy.city.name if code == policy.city.code else ""


def districts(policy: Policy) -> dict[str, str]:
    """The city's own level and the counties that live, by code."""
    counties = {code: county.name for code, county in policy.counties.items() if county.until is None}
    return {policy.city.code: f"{policy.city.name}（市本级）"} | counties


def sector_title(policy: Policy, key: str) -> str:
    sector = policy.sectors.sectors.get(key)
    return sector.title if sector else ""


def cite(policy: Policy, citations: tuple[Citation, ...]) -> str:
    """The documents and clauses, as people cite them."""
    return "；".join(dict.fromkeys(policy.sources[one.source].cite(one.clause) for one in citations))


def figures(policy: Policy, subjects: Iterable[str], *, on: date) -> Iterable[dict[str, Any]]:
    """Rows of the figures in force: label, value (empty: 待确认), source, verified, from_on."""
    wanted = tuple(subjects)
    for key, series in policy.parameters.items():
        subject = key.partition(".")[0]
        reading = series.on(on)
        if subject in wanted and (reading.status is not Status.NO_RULE or subject in _ALWAYS):
            yield _clock(reading)


def _clock(reading: Reading) -> dict[str, Any]:
    known = reading.status is Status.KNOWN
    return {
        "label": reading.title,
        "value": str(reading) if known else "",
        "source": reading.citation or "尚无文件规定",
        "verified": reading.verified or not known,
        "from_on": reading.since,
    }
