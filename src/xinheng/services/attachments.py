"""Puts files to batches, records, statements and cases, and hands them out.

A file is looked into before anything of it is kept (intake.attachments), sealed with a key of its own, and read with an
event in the ledger each time (legal guards G9, G13). Its end stands in services.attachments_ended.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from xinheng.core.attachments import Checked, Kind, Target
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, RecordState
from xinheng.core.refusal import Refusal
from xinheng.intake.attachments import MIB, Bounds, Inspected, drawn_anew, inspect, inspect_pictures
from xinheng.intake.clearing import Cleared, written_clear
from xinheng.services.batches import number_of
from xinheng.services.collect import workshop
from xinheng.services.enterprises import Party
from xinheng.services.ledger import event_of, note, note_all
from xinheng.services.organisations import city
from xinheng.services.subjects import ended_keys
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.attachments import Attachment, living
from xinheng.store.batches import Batch, StoredFile
from xinheng.store.casework import Case
from xinheng.store.files import digest_of_file, put_file, read_file
from xinheng.store.ledger import LedgerEvent
from xinheng.store.quality import NothingStatement
from xinheng.store.records import open_versions
from xinheng.store.subjects import Subject

LONGEST = 1600
"""Pixels of the longer side of a page that is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The thing to which files are put. ``columns`` name it in the table, ``organisation`` answers for it; ``ended``:
    a record that stands no longer, whose papers are opened with a right of their own and a reason (G9)."""

    target: Target
    key: str
    title: str
    organisation: int
    subject: Subject | None = None
    ended: bool = False
    columns: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As the ledger names it."""
        return f"{self.target}:{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What its bringer says of a file. ``personal``: it shows signatures, numbers or addresses of persons; ``whole``: on a
    batch, that it holds the papers of all rows; ``material``: as what the enterprise handed it in, empty for others."""

    title: str
    personal: bool = True
    whole: bool = False
    material: str = ""


def held(target: Target, key: str) -> Held | None:
    """The thing of that name; None where there is none. A record is named by its key."""
    if target is Target.RECORD:
        return _record(key)
    if target is Target.BATCH:
        batch = Batch.objects.filter(public_id=key).first()
        return None if batch is None else _named(target, key, f"批次 {number_of(batch)}", batch)
    if target is Target.STATEMENT:
        signed = NothingStatement.objects.filter(public_id=key).first()
        return None if signed is None else _named(target, key, "无数据报送说明", signed)
    case = Case.objects.select_related("subject").filter(public_id=key).first()
    return None if case is None else held_case(case)


def held_case(case: Case) -> Held:
    """A case as the thing to which files are put."""
    return _named(Target.CASE, case.public_id, f"{case.title}（{case.number}）", case, case.subject)


def _named(
    target: Target,
    key: str,
    title: str,
    row: Batch | NothingStatement | Case,
    subject: Subject | None = None,
) -> Held:
    return Held(
        target=target,
        key=key,
        title=title,
        organisation=row.organisation_id,
        subject=subject,
        columns={target.value: row},
    )


def _record(key: str) -> Held | None:
    if not key.isdecimal() or len(key) > 18:
        return None
    found = open_versions().select_related("subject", "batch").filter(record_key=int(key)).first()
    if found is None:
        return None
    standing = RecordState(found.state) in STANDING
    return Held(
        target=Target.RECORD,
        key=key,
        title=f"{found.subject.name} {found.detail.document_no}".strip(),
        organisation=found.batch.organisation_id if found.batch else city().pk,
        subject=found.subject,
        ended=not standing or found.record_key in ended_keys(found.subject),
        columns={"record_key": found.record_key},
    )


def of(attachment: Attachment) -> Held:
    """The thing to which an attachment was put."""
    if attachment.record_key is not None:
        found = held(Target.RECORD, str(attachment.record_key))
    elif attachment.batch is not None:
        found = held(Target.BATCH, attachment.batch.public_id)
    elif attachment.statement is not None:
        found = held(Target.STATEMENT, attachment.statement.public_id)
    else:
        assert attachment.case is not None
        found = held(Target.CASE, attachment.case.public_id)
    assert found is not None
    return found


def most_bytes(policy: Policy, *, on: date) -> int:
    """The largest file that is taken; raises Refusal while the figure is not known."""
    return policy.parameter("attachments.file_mib", on=on).required() * MIB


def look(path: Path, *, taken: Collection[Kind] = tuple(Kind), policy: Policy, now: datetime) -> Inspected:
    """What the file is; raises Refusal (AT01–AT13) where it is not taken. Nothing is kept."""
    most = most_bytes(policy, on=day_of(now))
    if path.stat().st_size > most:
        raise too_large(most)
    return inspect(path, _bounds(policy, on=day_of(now)), taken=taken)


def look_at_pictures(
    paths: Sequence[Path], *, policy: Policy, now: datetime
) -> dict[Path, Inspected | Refusal]:
    """As ``look`` for several small pictures at once; what it would refuse is answered apart."""
    return inspect_pictures(paths, _bounds(policy, on=day_of(now)))


def attach(
    thing: Held,
    path: Path,
    paper: Paper,
    *,
    actor: User | Party | None,
    policy: Policy,
    now: datetime,
) -> Attachment:
    """Look into the file, keep it sealed, and put it to ``thing``; the same content again changes nothing.

    Raises Refusal (AT01–AT14, AT21) and keeps nothing then. Who may do it is asked by the interface.
    """
    if thing.ended:
        raise Refusal("AT21", "这条记录已经终止，不再接收附件。", advice="记录有误的，请由报送单位重新报送。")
    seen = look(path, policy=policy, now=now)
    notes: list[LedgerEvent] = []
    with transaction.atomic():
        made = add_paper(thing, path, paper, seen=seen, notes=notes, actor=actor, policy=policy, now=now)
        note_all(notes)
    return made


def add_paper(
    thing: Held,
    path: Path,
    paper: Paper,
    *,
    seen: Inspected,
    notes: list[LedgerEvent],
    actor: User | Party | None,
    policy: Policy,
    now: datetime,
) -> Attachment:
    """As ``attach``, for whoever looked into the file before and has a transaction. ``notes`` receives what the ledger is
    told, for the caller to note with more."""
    _refuse_more(thing, policy, on=day_of(now))
    subject = thing.subject if paper.personal else None
    file, checked, fresh = _kept(path, thing, seen, paper, subject=subject, policy=policy, now=now)
    known = None if fresh else living().filter(**thing.columns, file=file).first()
    if known is not None:
        return known
    account = actor.account if isinstance(actor, Party) else None
    made = Attachment.objects.create(
        **thing.columns,
        file=file,
        subject=subject,
        organisation_id=thing.organisation,
        title=paper.title.strip()[:120] or "附件",
        kind=seen.kind.value,
        pages=seen.pages,
        personal=paper.personal,
        whole=paper.whole and thing.target is Target.BATCH,
        material=paper.material[:120],
        checked=checked,
        added_by=actor if isinstance(actor, User) else None,
        account=account,
        added_at=now,
    )
    told = event_of(
        "attachment.added",
        now=now,
        actor=actor if isinstance(actor, User) else None,
        subject=thing.subject.public_id if thing.subject else "",
        object=f"attachment:{made.public_id}",
        payload={"file": file.digest, "to": thing.name} | ({"account": account.public_id} if account else {}),
    )
    notes.append(told)
    return made


def too_large(most: int) -> Refusal:
    """Said before the body is read where its length is announced."""
    return Refusal(
        "AT13",
        f"一个附件最大 {most // MIB} MiB，这个文件超过了，没有接收。",
        advice="请用 300 dpi 扫描，或分成几个文件上传。上限见政策参数 attachments.file_mib（建议值，未核）。",
    )


def redrawn(path: Path, out: Path, kind: Kind, *, policy: Policy, now: datetime) -> tuple[int, int]:
    """A picture as a new JPEG without what was hidden in it, in ``out``; returns width and height. Raises Refusal."""
    bounds = _bounds(policy, on=day_of(now))
    return drawn_anew(path, out, kind=kind, page=0, longest=LONGEST, bounds=bounds)


def cleared(path: Path, out: Path, kind: Kind, *, title: str, policy: Policy, now: datetime) -> Cleared:
    """A file without what it tells of its makers, in ``out``, where it can be had so. Raises Refusal."""
    return written_clear(path, out, kind, title=title, bounds=_bounds(policy, on=day_of(now)))


def _bounds(policy: Policy, *, on: date) -> Bounds:
    return Bounds(
        pixels=policy.parameter("attachments.image_megapixels", on=on).required() * 1_000_000,
    )


def _refuse_more(thing: Held, policy: Policy, *, on: date) -> None:
    most = policy.parameter("attachments.files_each", on=on).required()
    if living().filter(**thing.columns).count() >= most:
        raise Refusal(
            "AT14",
            f"这里已经有 {most} 个附件，不能再加。",
            advice="请撤下不再需要的，或把多份材料扫描成一个 PDF。",
        )


def _kept(
    path: Path,
    thing: Held,
    seen: Inspected,
    paper: Paper,
    *,
    subject: Subject | None,
    policy: Policy,
    now: datetime,
) -> tuple[StoredFile, str, bool]:
    """The sealed file, what the scanner said of it, and whether it is new: the one there is of that content and owner, else
    a new one."""
    term = policy.kept_until("attachment", since=day_of(now), on=day_of(now))
    digest = digest_of_file(path)
    # Personal papers share a key only within their subject, or, where no subject is known, within their own thing.
    whose = Q(attachments__personal=False)
    if paper.personal:
        whose = Q(attachments__personal=True, attachments__subject=subject)
        if subject is None:
            own = {f"attachments__{column}": value for column, value in thing.columns.items()}
            whose &= Q(**own)
    found = StoredFile.objects.filter(whose, digest=digest, destroyed_at__isnull=True).order_by("pk").first()
    if found is None:
        file = put_file(
            path, name=f"附件.{seen.kind.suffix}", media_type=seen.kind.media_type, now=now, destroy_on=term
        )
        return file, Checked.UNCHECKED.value, True
    file = StoredFile.objects.select_for_update().get(pk=found.pk)
    file.destroy_on = term
    file.save(update_fields=["destroy_on"])
    earlier = Attachment.objects.filter(file=file).order_by("-pk").values_list("checked", flat=True)[0]
    return file, earlier, False


def open_one(
    attachment: Attachment, *, actor: User | Party, reason: str = "", now: datetime
) -> Iterator[bytes]:
    """The clear content, noted as read. Raises Refusal where it may not be opened, or its key is gone."""
    _refuse_closed(attachment)
    pieces = read_file(attachment.file)
    _note_read(attachment, actor=actor, reason=reason, now=now)
    return pieces


def picture_of(
    attachment: Attachment, *, page: int, actor: User, reason: str = "", policy: Policy, now: datetime
) -> bytes:
    """One page of an image as a new JPEG; only this is ever shown within our own pages. Noted as read."""
    kind = Kind(attachment.kind)
    if not kind.image or not 0 <= page < (attachment.pages or 1):
        raise Refusal("AT15", "这个附件没有可以显示的这一页。", advice="请下载后在本机打开。")
    _refuse_closed(attachment)
    with workshop() as work:
        path, out = work / "file", work / "page.jpg"
        with path.open("wb") as clear:
            clear.writelines(read_file(attachment.file))
        drawn_anew(path, out, kind=kind, page=page, longest=LONGEST, bounds=_bounds(policy, on=day_of(now)))
        picture = out.read_bytes()
    _note_read(attachment, actor=actor, reason=reason, now=now)
    return picture


def _refuse_closed(attachment: Attachment) -> None:
    if attachment.withdrawn_at is not None:
        raise Refusal("AT16", "这个附件已经撤下，不能再打开。", advice="需要时请重新上传。")
    checked = Checked(attachment.checked)
    if checked is Checked.INFECTED:
        raise Refusal(
            "AT17",
            "查毒程序在这个附件中发现了病毒，不能打开。",
            advice="请撤下它，清除病毒后由报送人重新上传。",
        )
    if not checked.may_open(scanner=bool(settings.CLAMD)):
        raise Refusal(
            "AT18", "这个附件还没有查毒，查过才能打开。", advice="一般一分钟内查完，请稍后刷新页面。"
        )


def _note_read(attachment: Attachment, *, actor: User | Party, reason: str, now: datetime) -> None:
    account = actor.account if isinstance(actor, Party) else None
    note(
        "attachment.read",
        now=now,
        actor=actor if isinstance(actor, User) else None,
        subject=attachment.subject.public_id if attachment.subject else "",
        object=f"attachment:{attachment.public_id}",
        reason=reason,
        payload={"account": account.public_id} if account else None,
    )


def to_check(limit: int) -> list[Attachment]:
    """Attachments that no scanner has seen, oldest first."""
    waiting = living().filter(checked=Checked.UNCHECKED.value, file__destroyed_at__isnull=True)
    return list(waiting.select_related("file").order_by("pk")[:limit])


@transaction.atomic
def note_checked(attachment: Attachment, verdict: Checked, *, now: datetime) -> None:
    """What the scanner said of the content holds for every attachment with it."""
    same = Attachment.objects.filter(file=attachment.file_id, checked=Checked.UNCHECKED.value)
    same.update(checked=verdict.value, checked_at=now)
    if verdict is Checked.INFECTED:
        note("attachment.infected", now=now, object=f"attachment:{attachment.public_id}")
