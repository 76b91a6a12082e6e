"""Reports permits and penalties upwards in the national layout: files of what is public, their receipts, what came back.

Only what stands in public goes up, each version once; what ends later is named in a file of what must be taken down. A file
that was not handed over and holds something ended is discarded, and its other rows go into the next (发改办财金〔2018〕
424号; 石家庄 （十五）; 宛政办〔2020〕17号 六（二）; legal guards G8, G9).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from xinheng.core.days import last_day_if
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.up_reporting import WITHDRAWN_HEAD, Known, Told, UpLayout, cells, gaps, read_receipt
from xinheng.documents.up_report import archive
from xinheng.services.ledger import note
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import StoredFile
from xinheng.store.effects import Publication
from xinheng.store.files import destroy_file, put_content
from xinheng.store.locks import UP_REPORTS
from xinheng.store.records import Record
from xinheng.store.up_reports import UpReport, UpRow, UpState

MOST = 5_000
"""Rows of one file."""
ZIP = "application/zip"
_CATEGORIES = {"sole_trader": "个体工商户"}


@dataclass(frozen=True, slots=True)
class Held:
    """An act that cannot go up yet, and what its record lacks."""

    record: Record
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one kind of act has come: in no file yet, in a file that nobody has handed over, on the way, sent back, and
    past its day without having gone."""

    act: str
    ready: int
    filed: int
    waiting: int
    refused: int
    late: int


def make_reports(*, policy: Policy, now: datetime) -> list[UpReport]:
    """The files of the day: of each kind what is new in public, and what must be taken down above."""
    made: list[UpReport] = []
    _discard_stale(policy, now=now)
    for act, layout in policy.acts.layouts.items():
        made += filter(
            None, (_report(act, layout, policy, now=now), _withdrawal(act, layout, policy, now=now))
        )
    return made


@transaction.atomic
def _report(act: str, layout: UpLayout, policy: Policy, *, now: datetime) -> UpReport | None:
    _alone()
    head = {column: one.title for column, one in layout.columns.items()}
    rows: list[tuple[str, ...]] = []
    grounds: list[Record] = []
    units = tree().names
    for one in to_report(act, policy).iterator(1_000):
        told = told_of(one, units)
        if not gaps(layout, told):
            rows.append(cells(layout, told))
            grounds.append(one.ground)
        if len(rows) == MOST:
            break
    return _written(act, head, rows, grounds, policy=policy, now=now, withdraws=False)


@transaction.atomic
def _withdrawal(act: str, layout: UpLayout, policy: Policy, *, now: datetime) -> UpReport | None:
    _alone()
    grounds = [one.ground for one in to_withdraw(act)[:MOST]]
    rows = [(one.detail.document_no, one.detail.authority_code, one.subject.code or "") for one in grounds]
    head = dict(zip(WITHDRAWN_HEAD, WITHDRAWN_HEAD, strict=True))
    return _written(act, head, rows, grounds, policy=policy, now=now, withdraws=True)


def _alone() -> None:
    """Until the end of the transaction: the button and the night ask what has not gone up one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [UP_REPORTS])


def to_report(act: str, policy: Policy) -> QuerySet[Publication]:
    """What is public and has not gone up as it stands."""
    number = policy.catalogue.items[policy.act(act).item].number
    gone = UpRow.objects.filter(ground=OuterRef("ground"), withdraws=False).exclude(state=UpState.AGAIN)
    shown = Publication.objects.filter(item=number, stopped_at__isnull=True)
    return (
        shown.exclude(Exists(gone))
        .select_related("ground__detail", "ground__subject", "ground__batch")
        .order_by("pk")
    )


def to_withdraw(act: str) -> QuerySet[UpRow]:
    """What went up and is public no more."""
    shown = Publication.objects.filter(record_key=OuterRef("record_key"), stopped_at__isnull=True)
    told = UpRow.objects.filter(ground=OuterRef("ground"), withdraws=True).exclude(state=UpState.AGAIN)
    went = UpRow.objects.filter(
        report__act=act, withdraws=False, state__in=[UpState.WAITING, UpState.ACCEPTED]
    )
    return (
        went.filter(report__handed_at__isnull=False)
        .exclude(Exists(shown))
        .exclude(Exists(told))
        .select_related("ground__detail", "ground__subject")
        .order_by("pk")
    )


def told_of(shown: Publication, units: Mapping[int, str]) -> Told:
    """What goes up of one act: its published words and what the platform knows of it. ``units``: names of organisations."""
    record, detail = shown.ground, shown.ground.detail
    fields = {label: str(value) for label, value in detail.fields.items() if value not in ("", None)}
    unit = units.get(record.batch.organisation_id, "") if record.batch else ""
    provider = fields.get("数据来源单位") or unit
    own_code = fields.get("数据来源单位统一社会信用代码", "")
    known = {
        Known.NAME: record.subject.name,
        Known.CATEGORY: _CATEGORIES.get(record.subject.kind, "法人及非法人组织"),
        Known.CODE: record.subject.code or "",
        Known.DOCUMENT_NO: detail.document_no,
        Known.DECIDED_ON: _day(record.decided_on),
        Known.VALID_FROM: _day(record.valid_from),
        Known.VALID_TO: _day(record.last_on),
        Known.SHOWN_UNTIL: _day(last_day_if(shown.stop_on)),
        Known.AUTHORITY: detail.authority,
        Known.AUTHORITY_CODE: detail.authority_code,
        Known.AMOUNT_WAN: _wan(record.amount_fen),
        Known.STATE: "2" if record.result in ("ended", "withdrawn") else "1",
        Known.PROVIDER: provider,
        Known.PROVIDER_CODE: own_code or (detail.authority_code if provider == detail.authority else ""),
    }
    return Told(known, fields)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _wan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 1_000_000}.{fen % 1_000_000:06d}".rstrip("0").rstrip(".")


def _written(
    act: str,
    head: dict[str, str],
    rows: Sequence[Sequence[str]],
    grounds: Sequence[Record],
    *,
    policy: Policy,
    now: datetime,
    withdraws: bool,
) -> UpReport | None:
    if not rows:
        return None
    today = day_of(now)
    name = f"{act}{'-withdrawn' if withdraws else ''}-{today:%Y%m%d}"
    layout = policy.acts.layouts[act]
    told = {
        "city": policy.city.code,
        "act": act,
        "withdraws": withdraws,
        "made_on": today.isoformat(),
        "layout": [policy.sources[one.source].cite(one.clause) for one in layout.basis],
        "layout_verified": layout.verified,
    }
    stored = put_content(
        archive(name, head, rows, told),
        name=f"{name}.zip",
        media_type=ZIP,
        now=now,
        destroy_on=policy.kept_until("exports", since=today, on=today),
    )
    made = UpReport.objects.create(
        act=act, withdraws=withdraws, rows=len(rows), file=stored, digest=stored.digest,
        policy_digest=policy.digest, made_at=now,
    )  # fmt: skip
    UpRow.objects.bulk_create(
        UpRow(report=made, row_no=number, record_key=one.record_key, ground=one, withdraws=withdraws)
        for number, one in enumerate(grounds, start=1)
    )
    _note("up_report.made", made, now=now)
    return made


def _discard_stale(policy: Policy, *, now: datetime) -> None:
    """Files that nobody handed over and that hold what has ended, or whose term of keeping is over."""
    for one in UpReport.objects.filter(handed_at__isnull=True, file__destroyed_at__isnull=True):
        if _ended(one) or (one.file.destroy_on is not None and one.file.destroy_on <= day_of(now)):
            _discard(one, now=now)


def _ended(report: UpReport) -> bool:
    if report.withdraws:
        return False
    shown = Publication.objects.filter(ground=OuterRef("ground"), stopped_at__isnull=True)
    return report.lines.exclude(Exists(shown)).exists()


@transaction.atomic
def _discard(report: UpReport, *, now: datetime) -> None:
    report = _locked(report.public_id)
    if report.handed_at is not None or report.file.destroyed_at is not None:
        return
    report.lines.update(state=UpState.AGAIN)
    destroy_file(report.file, now=now)
    _note("up_report.discarded", report, now=now)


@transaction.atomic
def hand_over(public_id: str, *, actor: User, now: datetime) -> UpReport:
    """A person gave the file to the platform above. Refusals UR1 not open any more, UR2 something in it has ended."""
    report = _locked(public_id)
    if report.handed_at is not None or report.file.destroyed_at is not None:
        raise Refusal("UR1", "这份文件已经交出或者作废。", advice="请刷新页面，以列表中最新的文件为准。")
    if _ended(report):
        raise Refusal(
            "UR2",
            "文件里有已经停止公示或者更正过的记录，不能交出。",
            advice="请重新生成文件：作废的自动退出，其余的进入新文件。",
        )
    report.handed_by, report.handed_at = actor, now
    report.save(update_fields=["handed_by", "handed_at"])
    _note("up_report.handed", report, now=now, actor=actor)
    return report


def may_be_taken(report: UpReport) -> bool:
    """Whether the file is kept and nothing in it has ended."""
    return report.file.destroyed_at is None and not _ended(report)


@transaction.atomic
def take_file(report: UpReport, *, actor: User, now: datetime) -> StoredFile:
    """The file as it was made, before it was handed over or after; taking it is noted. Refusal UR7 once it is kept no more
    or something in it has ended."""
    if not may_be_taken(report):
        raise Refusal(
            "UR7",
            "这份文件已经销毁，或者其中有记录停止公示、更正过，不再提供下载。",
            advice="要核对交出的内容，请凭摘要与上级平台比对；要上报的，请使用最新的文件。",
        )
    _note("up_report.taken", report, now=now, actor=actor)
    return report.file


@transaction.atomic
def take_receipt(public_id: str, text: str, *, receipt: str, actor: User, now: datetime) -> tuple[int, int]:
    """Enter the answer of the platform above; returns how many rows were accepted and refused. Refusals UR3 not handed
    over, UR4 no number of the receipt, UR5 lines that cannot be read."""
    report = _locked(public_id)
    if report.handed_at is None:
        raise Refusal("UR3", "这份文件还没有交出，不会有回执。", advice="请先登记交出。")
    if not receipt.strip():
        raise Refusal("UR4", "请填写回执编号或者回执时间。", advice="照上级平台显示的填写。")
    answers, unread = read_receipt(text, rows=report.rows)
    if unread or not answers:
        first = f"，第一处是“{mask_personal(unread[0]).text[:60]}”" if unread else ""
        raise Refusal(
            "UR5",
            f"回执有 {len(unread)} 行读不懂{first}。" if unread else "回执里没有内容。",
            advice="每行写：行号,接受或退回,原因；全部接受的只写“全部接受”。",
        )
    waiting = {row.row_no: row for row in report.lines.filter(state=UpState.WAITING)}
    told = [(waiting[one.row_no], one.reason) for one in answers if one.row_no in waiting]
    for row, reason in told:
        row.state = UpState.REFUSED if reason else UpState.ACCEPTED
        row.reason = mask_personal(reason).text[:300]
    UpRow.objects.bulk_update([row for row, _ in told], ["state", "reason"], batch_size=500)
    report.answered_by, report.answered_at = actor, now
    report.receipt = mask_personal(receipt.strip()).text[:200]
    report.save(update_fields=["answered_by", "answered_at", "receipt"])
    refused = sum(bool(reason) for _, reason in told)
    counts = {"accepted": len(told) - refused, "refused": refused}
    _note("up_report.answered", report, now=now, actor=actor, counts=counts)
    return counts["accepted"], refused


@transaction.atomic
def report_again(number: int, *, among: Collection[int], actor: User, now: datetime) -> UpRow:
    """A refused row goes up once more as it stands; one that was corrected goes by itself. Refusal UR6."""
    row = refused_rows(among).select_for_update(of=("self",)).filter(pk=number).first()
    if row is None:
        raise Refusal("UR6", "没有这条退回的记录，或者它已经更正、重新上报。", advice="请刷新页面。")
    row.state = UpState.AGAIN
    row.save(update_fields=["state"])
    note("up_report.again", now=now, actor=actor, object=f"up_row:{row.pk}", reason=row.reason)
    return row


def refused_rows(organisations: Iterable[int]) -> QuerySet[UpRow]:
    """What came back and still stands as it went, of what these organisations delivered; newest first."""
    found = UpRow.objects.filter(
        state=UpState.REFUSED,
        ground__known_until__isnull=True,
        ground__batch__organisation__in=list(organisations),
    )
    return found.select_related("report", "ground__detail", "ground__subject", "ground__batch").order_by(
        "-pk"
    )


def held(act: str, organisations: Collection[int], policy: Policy, *, most: int) -> list[Held]:
    """Of the next file what these organisations must complete first."""
    layout, found, units = policy.acts.layouts[act], [], tree().names
    for one in to_report(act, policy).filter(ground__batch__organisation__in=list(organisations))[:MOST]:
        lacks = gaps(layout, told_of(one, units))
        if lacks:
            found.append(Held(one.ground, lacks))
        if len(found) == most:
            break
    return found


def standings(policy: Policy, *, today: date) -> list[Standing]:
    """One entry a kind of act that is reported upwards."""
    found = []
    for act in policy.acts.layouts:
        number = policy.catalogue.items[policy.act(act).item].number
        went = UpRow.objects.filter(ground=OuterRef("ground"), report__handed_at__isnull=False)
        open_ones = Publication.objects.filter(item=number, stopped_at__isnull=True, due_on__lt=today)
        rows = UpRow.objects.filter(report__act=act, withdraws=False)
        found.append(
            Standing(
                act=act,
                ready=to_report(act, policy).order_by().count(),
                filed=rows.filter(
                    report__handed_at__isnull=True, report__file__destroyed_at__isnull=True
                ).count(),
                waiting=rows.filter(report__handed_at__isnull=False, state=UpState.WAITING).count(),
                refused=rows.filter(state=UpState.REFUSED, ground__known_until__isnull=True).count(),
                late=open_ones.exclude(Exists(went)).count(),
            )
        )
    return found


def _locked(public_id: str) -> UpReport:
    found = UpReport.objects.select_for_update(of=("self",)).select_related("file")
    return found.get(public_id=public_id)


def _note(
    kind: str,
    report: UpReport,
    *,
    now: datetime,
    actor: User | None = None,
    counts: dict[str, int] | None = None,
) -> None:
    payload = {"file": report.digest, "rows": report.rows, "act": report.act, **(counts or {})}
    note(kind, now=now, actor=actor, object=f"up_report:{report.public_id}", payload=payload)
