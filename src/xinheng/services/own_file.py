"""What an enterprise sees of itself: its records with what is shown of each and until when, and who read its file.

Every reading is in the ledger (《个人信息保护法》第四十四条 for sole traders; 《河南省社会信用条例》第三十九条). Complaints
and market information are counted only: their words belong to others and they burden nobody.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from xinheng.core.days import last_day_if
from xinheng.core.records import STANDING, RecordState, Seriousness
from xinheng.services.enterprises import Party
from xinheng.services.ledger import note
from xinheng.services.reach import tree
from xinheng.services.subjects import ended_keys, versions_of
from xinheng.services.time import day_of
from xinheng.store.effects import Publication
from xinheng.store.ledger import LedgerEvent
from xinheng.store.records import Record
from xinheng.store.sharing import SharingCall
from xinheng.store.subjects import Subject

READINGS = {
    "subject.read": "查看信用档案",
    "record.read": "查看一条记录",
    "attachment.read": "打开附件",
    "grade.read": "查看评价结果",
    "grade.supposed": "试算评价结果",
    "notice.read": "查看提示信息",
    "results.read": "查看评价结果",
    "relation.opened": "查看名单相关人员",
    "subject.checked": "办事核查",
    "own.read": "本企业查看",
    "report.own": "获取信用报告",
    "province_report.asked": "申请省平台专项信用报告",
    "province_report.received": "取得省平台专项信用报告",
    "agency_report.entered": "登记第三方信用报告",
    "report.accepted": "接受信用报告代替证明",
    "report.refused": "没有接受信用报告",
    "report.window": "窗口出具信用报告",
    "report.public": "获取基础版信用报告",
}
"""Kinds of event that are readings of a file, as the enterprise is told of them."""


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """A living record. ``shown_until`` is the last day of publication, None where it is not shown or has no end."""

    record: Record
    shown: bool
    shown_until: date | None

    @property
    def negative(self) -> bool:
        return self.record.seriousness != Seriousness.NONE


@dataclass(frozen=True, slots=True)
class OwnFile:
    """``apart``: number of records by class of information that is no public credit information."""

    subject: Subject
    records: tuple[OwnRecord, ...]
    apart: dict[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """``unit``: the organisation of who read; persons are not named."""

    on: date
    what: str
    unit: str
    reason: str


def read_own_file(party: Party, subject: Subject, *, now: datetime) -> OwnFile:
    """The living records, those that weigh first, then by day; written to the ledger as read by the enterprise."""
    found = versions_of(subject, as_of=None, known_on=None)
    over = ended_keys(subject)
    open_ones = Publication.objects.filter(subject=subject, stopped_at=None)
    published = {one.record_key: one for one in open_ones}
    kept: list[OwnRecord] = []
    apart: dict[str, int] = {}
    for record in found.select_related("detail", "batch").order_by("-decided_on", "-pk"):
        if RecordState(record.state) not in STANDING or record.record_key in over:
            continue
        provenance = record.provenance
        if provenance.may_burden:
            kept.append(_own(record, published.get(record.record_key)))
        else:
            apart[provenance.label] = apart.get(provenance.label, 0) + 1
    kept.sort(key=lambda one: -one.record.seriousness)
    account = f"account:{party.account.public_id}"
    note("own.read", now=now, subject=subject.public_id, object=account)
    return OwnFile(subject, tuple(kept), apart)


def _own(record: Record, shown: Publication | None) -> OwnRecord:
    return OwnRecord(
        record,
        shown=shown is not None,
        shown_until=last_day_if(shown.stop_on) if shown else None,
    )


def readings_of(
    subject: Subject, *, before: int | None = None, limit: int
) -> tuple[list[Reading], int | None]:
    """The newest first, and the number from which the next page goes on. Organisations, no persons."""
    checked = SharingCall.objects.filter(checks__subject=subject, event__isnull=False)
    own = Q(subject=subject.public_id, kind__in=READINGS)
    among_many = Q(pk__in=list(checked.values_list("event", flat=True)))
    events = LedgerEvent.objects.filter(own | among_many).order_by("-pk")
    if before is not None:
        events = events.filter(pk__lt=before)
    page = list(events.select_related("actor")[: limit + 1])
    names = tree()
    told = [
        Reading(
            day_of(one.at),
            READINGS[one.kind],
            names.name(one.actor.organisation_id) if one.actor else _without_person(one),
            one.reason,
        )
        for one in page[:limit]
    ]
    return told, page[limit - 1].pk if len(page) > limit else None


def _without_person(event: LedgerEvent) -> str:
    if event.kind == "report.public":
        return "社会公众"
    return "本企业" if event.kind in ("own.read", "report.own", "province_report.asked") else "系统"
