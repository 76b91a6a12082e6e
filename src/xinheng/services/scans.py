"""Which records lack the scan they should come with, and the bundle of a month's scans that is handed to a receiver.

Serves the monthly register with scans (淮政办发〔2020〕80号二（一）: 每月5日前报送登记表及承诺书图片或扫描件). A bundle says what
it holds and what is missing; its receipt is the digest of its manifest, which the receiver can compute.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from xinheng.core.attachments import Checked, Kind, Need, file_name, scans_needed
from xinheng.core.canonical import digest
from xinheng.core.collection_cycle import Span
from xinheng.core.feeds import ITEMS
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING
from xinheng.core.refusal import Refusal
from xinheng.documents.scan_bundle import (
    INDEX,
    MANIFEST,
    index_workbook,
    manifest,
    streamed,
)
from xinheng.services.collect import workshop
from xinheng.services.ledger import note
from xinheng.services.statements import REGISTER
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.attachments import Attachment, ScanBundle, has_scan, living
from xinheng.store.files import put_file, read_file
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record

MOST = 5_000
"""Files of one bundle; more are divided by sender."""
_HEAD = (
    *("序号", "文件", "附于", "文号或编码", "主体名称", "统一社会信用代码", "日期"),
    *("报送单位", "页数", "字节", "SHA-256"),
)
_LACKING = ("文号或编码", "主体名称", "统一社会信用代码", "日期", "报送单位", "原因")


def needs(policy: Policy) -> dict[str, Need]:
    """Feeds whose records come with a scan, by id."""
    due = REGISTER in policy.deadlines.deadlines
    asked = ((key, scans_needed(feed, register_due=due)) for key, feed in policy.feeds.items())
    return {key: need for key, need in asked if need is not None}


def _standing() -> QuerySet[Record]:
    return Record.objects.filter(known_until__isnull=True, state__in=list(STANDING))


def missing_scans(units: Iterable[int], *, policy: Policy) -> QuerySet[Record]:
    """Records of these senders that must come with a scan and have none."""
    must = [key for key, need in needs(policy).items() if need == "required"]
    asked = _standing().filter(batch__feed__in=must, batch__organisation__in=list(units))
    return asked.exclude(has_scan())


def missing_by_sender(units: Iterable[int], *, policy: Policy) -> dict[int, int]:
    """Number of records without their scan, by sender."""
    found = missing_scans(units, policy=policy).order_by().values_list("batch__organisation")
    return {unit: count for unit, count in found.annotate(count=Count("pk")) if unit is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleOrder:
    """Whose scans of which item and month are handed on, and why."""

    units: frozenset[int]
    owner: Organisation
    item: int
    month: Span
    reason: str


def make_bundle(order: BundleOrder, *, actor: User, policy: Policy, now: datetime) -> ScanBundle:
    """Write down what the bundle holds. Raises Refusal (SB1–SB3) without reason, without scans or with too many."""
    if not order.reason.strip():
        raise Refusal("SB1", "请写明移交的用途和接收单位。", advice="例如：报送区信用办当月承诺书影像。")
    records = _of_month(order)
    found = list(_files_of(records)[: MOST + 1])
    if len(found) > MOST:
        raise Refusal("SB2", f"扫描件超过 {MOST} 个，一个包放不下。", advice="请按单位分别生成。")
    fit = [one for one in found if Checked(one.checked).may_open(scanner=bool(settings.CLAMD))]
    lacking = list(records.exclude(has_scan()).select_related("subject", "detail", "batch__organisation"))
    if not fit:
        raise Refusal(
            "SB3", "这一项这个月没有可以移交的扫描件。", advice="请在“扫描件”页查看哪些记录还缺扫描件。"
        )
    held_back = [one for one in found if one not in fit]
    content = index_workbook(
        [("扫描件", _HEAD, _lines(fit)), ("缺扫描件", _LACKING, _lacking(lacking, held_back))], made_at=now
    )
    with transaction.atomic(), workshop() as work:
        path = work / "index.xlsx"
        path.write_bytes(content)
        return _written(order, fit, path, missing=len(lacking), actor=actor, policy=policy, now=now)


def _written(
    order: BundleOrder,
    fit: list[Attachment],
    index: Path,
    *,
    missing: int,
    actor: User,
    policy: Policy,
    now: datetime,
) -> ScanBundle:
    until = policy.kept_until("exports", since=day_of(now), on=day_of(now))
    kept = put_file(index, name=INDEX, media_type="application/octet-stream", now=now, destroy_on=until)
    names = [(INDEX, kept.digest), *((_name(at, one), one.file.digest) for at, one in enumerate(fit, 1))]
    made = ScanBundle.objects.create(
        organisation=order.owner,
        item=order.item,
        month=order.month.start,
        attachments=[one.pk for one in fit],
        index=kept,
        missing=missing,
        files_size=sum(one.file.size for one in fit),
        receipt=digest(manifest(names)),
        reason=order.reason.strip()[:200],
        made_by=actor,
        made_at=now,
    )
    note(
        "scans.bundled",
        now=now,
        actor=actor,
        object=f"bundle:{made.public_id}",
        reason=made.reason,
        payload={"receipt": made.receipt, "files": len(fit)},
    )
    return made


def _of_month(order: BundleOrder) -> QuerySet[Record]:
    return (
        _standing()
        .filter(
            item=order.item,
            batch__organisation__in=list(order.units),
            decided_on__gte=order.month.start,
            decided_on__lt=order.month.end,
        )
        .order_by("pk")
    )


def _files_of(records: QuerySet[Record]) -> QuerySet[Attachment]:
    of_records = Q(record_key__in=records.order_by().values("record_key"))
    of_batches = Q(batch__in=records.order_by().values("batch"))
    kept = living().filter(of_records | of_batches, file__destroyed_at__isnull=True)
    return kept.select_related("file", "batch", "organisation").order_by("pk")


def _name(number: int, attachment: Attachment) -> str:
    return f"扫描件/{number:05d}-{file_name(attachment.title, Kind(attachment.kind))}"


def _lines(fit: list[Attachment]) -> Iterator[list[str]]:
    keys = [one.record_key for one in fit if one.record_key is not None]
    kept = _standing().filter(record_key__in=keys).select_related("subject", "detail")
    records = {record.record_key: record for record in kept}
    for number, one in enumerate(fit, start=1):
        record = records.get(one.record_key or 0)
        digest = one.file.digest.removeprefix("sha256:")
        yield [
            f"{number}",
            _name(number, one),
            "记录" if record else "批次",
            *(_words(record) if record else ["", "", "", ""]),
            _unit(one.organisation),
            f"{one.pages or ''}",
            f"{one.file.size}",
            digest,
        ]


def _lacking(records: list[Record], held_back: list[Attachment]) -> Iterator[list[str]]:
    for record in records:
        unit = record.batch.organisation if record.batch else None
        yield [*_words(record), _unit(unit), "没有扫描件"]
    for one in held_back:
        yield [one.title, "", "", "", _unit(one.organisation), Checked(one.checked).label]


def _words(record: Record) -> list[str]:
    day = record.decided_on.isoformat() if record.decided_on else ""
    return [record.detail.document_no, record.subject.name, record.subject.code or "", day]


def _unit(organisation: Organisation | None) -> str:
    if organisation is None:
        return ""
    return organisation.names.order_by("-pk").values_list("name", flat=True).first() or ""


def bundle_stream(bundle: ScanBundle, *, actor: User, now: datetime) -> Iterator[bytes]:
    """The ZIP as it was written down. Raises Refusal (SB4) where a file of it has gone since."""
    kept = living().filter(pk__in=bundle.attachments, file__destroyed_at__isnull=True).select_related("file")
    files = {one.pk: one for one in kept}
    gone = len(bundle.attachments) - len(files)
    keys = {one.record_key for one in files.values() if one.record_key is not None}
    ended = len(keys) - _standing().filter(record_key__in=keys).count()
    infected = any(one.checked == Checked.INFECTED.value for one in files.values())
    if gone or ended or infected or bundle.index.destroyed_at is not None:
        raise Refusal(
            "SB4",
            "这个包生成以后，其中有的扫描件已撤下、销毁，或者所属记录已终止，不能再下载。",
            advice="请重新生成一个包。",
        )
    ordered = [files[key] for key in bundle.attachments]
    names = [
        (INDEX, bundle.index.digest),
        *((_name(at, one), one.file.digest) for at, one in enumerate(ordered, 1)),
    ]
    note(
        "scans.taken",
        now=now,
        actor=actor,
        object=f"bundle:{bundle.public_id}",
        payload={"receipt": bundle.receipt},
    )
    listed = manifest(names)
    parts = [(MANIFEST, len(listed), iter([listed])), (INDEX, bundle.index.size, read_file(bundle.index))]
    return streamed(_parts(parts, ordered))


def _parts(
    first: list[tuple[str, int, Iterator[bytes]]], ordered: list[Attachment]
) -> Iterator[tuple[str, int, Iterable[bytes]]]:
    """Files are opened one after the other, each when its turn comes."""
    yield from first
    for number, one in enumerate(ordered, start=1):
        yield _name(number, one), one.file.size, read_file(one.file)


@transaction.atomic
def receive_bundle(public_id: str, *, receiver: str, receipt: str, actor: User, now: datetime) -> None:
    """The receiver has it: who, and the receipt that the receiver computed. Raises Refusal (SB5–SB7)."""
    bundle = ScanBundle.objects.select_for_update().get(public_id=public_id)
    if bundle.received_at is not None:
        raise Refusal("SB5", "这个包已经登记过签收。", advice="请刷新页面查看。")
    if not receiver.strip():
        raise Refusal("SB6", "请填写签收的单位和人员。", advice="写明接收单位和签收人职务。")
    told = receipt.strip().lower().removeprefix("sha256:")
    if told != bundle.receipt.removeprefix("sha256:"):
        raise Refusal(
            "SB7",
            "签收方报回的回执与移交包不一致，没有登记。",
            advice=f"请签收方计算包内 {MANIFEST} 的 SHA-256 后报回；仍不一致的，重新传送。",
        )
    bundle.received_at, bundle.received_by, bundle.noted_by = now, receiver.strip()[:120], actor
    bundle.save(update_fields=["received_at", "received_by", "noted_by"])
    note("scans.received", now=now, actor=actor, object=f"bundle:{public_id}", payload={"receipt": told})


def items_with_scans(policy: Policy) -> list[int]:
    """Numbers of the catalogue items of which scans are asked or taken; all others may have some too."""
    asked = {policy.feeds[key].item_number for key in needs(policy)}
    return sorted(asked) or [ITEMS["commitment"]]


def month_of(day: date) -> Span:
    """The calendar month before a day, which is the one that is handed on."""
    end = day.replace(day=1)
    start = date(end.year - (end.month == 1), (end.month - 2) % 12 + 1, 1)
    return Span(start, end)
