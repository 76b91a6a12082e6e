"""Results that others gave, national, provincial or of a sector, as they came: never changed, never mixed with ours.

General results are imported from nation or province (《河南省社会信用条例》第六十条; legal guard G4); each stays on file with
its words, day and period, and the earlier ones below it.
"""

from dataclasses import dataclass
from datetime import date

from xinheng.core.feeds import ITEMS
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING
from xinheng.store.records import Record, open_versions
from xinheng.store.subjects import Subject

GRADE_FIELDS = ("评价等级", "综合评价等级", "信用等级", "评价结果", "等级")
PERIOD_FIELDS = ("评价周期", "评价年度", "年度", "评价期间")
LEVEL_FIELDS = ("评价层级", "层级", "来源层级")
SYSTEM_FIELDS = ("行业领域", "评价名称")


@dataclass(frozen=True, slots=True)
class Imported:
    """``words``: the grade as it was given; ``system``: whose scale it is."""

    record: Record
    system: str
    level: str
    issuer: str
    words: str
    given_on: date | None
    period: str

    @property
    def period_words(self) -> str:
        return f"（{self.period}）" if self.period else ""


def imported_results(subject: Subject, *, policy: Policy) -> tuple[Imported, ...]:
    """All that stand, by system and newest first; what was repaired, shielded or withdrawn is not among them (G9)."""
    kept = open_versions().select_related("batch__organisation")
    records = kept.filter(subject=subject, item=ITEMS["evaluation"], state__in=STANDING)
    found = [imported_of(record, policy=policy) for record in records.order_by("-decided_on", "-pk")]
    return tuple(sorted(found, key=lambda each: each.system))


def imported_of(record: Record, *, policy: Policy) -> Imported:
    """A record of item 17 in the words of its source."""
    feed = policy.feeds.get(record.batch.feed) if record.batch else None
    fields = record.detail.fields
    return Imported(
        record=record,
        system=_first(fields, SYSTEM_FIELDS)
        or (feed.title if feed else record.detail.title or "信用评价结果"),
        level=_first(fields, LEVEL_FIELDS),
        issuer=record.detail.authority or "报送单位",
        words=_first(fields, GRADE_FIELDS) or record.detail.title or record.result,
        given_on=record.decided_on,
        period=_first(fields, PERIOD_FIELDS) or _period(record),
    )


def _first(fields: dict[str, object], names: tuple[str, ...]) -> str:
    return next((str(fields[name]).strip() for name in names if fields.get(name)), "")


def _period(record: Record) -> str:
    if record.valid_from is None and record.valid_to is None:
        return ""
    return f"{record.valid_from or ''}至{record.last_on or ''}"
