"""Receives what departments deliver: preview, confirm, receipt; what is not accepted goes back with its reasons.

A file is read and checked by the intake room, then loaded in one transaction: all of it or nothing. Delivering the
same file again changes nothing (《河南省社会信用条例》第十七条).
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from xinheng.core.canonical import digest_of
from xinheng.core.feeds import ITEMS
from xinheng.core.os_errors import os_cause
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.intake.handover import hand_over
from xinheng.intake.prepare import Prepared, prepare
from xinheng.intake.standards import standards_of
from xinheng.intake.workbook import error_workbook
from xinheng.services.batches import Sender, met_before, refuse_second_load, unread_before
from xinheng.services.catalogues import refuse_over_reach
from xinheng.services.consents import admission_asked
from xinheng.services.exits import EXITS, end_by
from xinheng.services.lateness import note_marks
from xinheng.services.ledger import note
from xinheng.services.list_comparison import UNNAMED, is_list, unnamed_in
from xinheng.services.listings_import import refuse_unregistered
from xinheng.services.loading import Loaded, Register, foresee, load, take_loader_lock
from xinheng.services.previews import PREVIEW, preview_of
from xinheng.services.returns import keep_workbook, store_conflicts, store_returned
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, BatchState
from xinheng.store.files import destroy_file, digest_of_file, put_file, read_file
from xinheng.store.organisations import Organisation
from xinheng.store.outbox import enqueue

QUEUED = "queued"
"""In the preview of a batch that waits for the worker."""
PATIENCE = 30
"""Seconds for which a system's delivery waits for others to be loaded; nobody looks at a page meanwhile."""
_STATES = {
    "mapped": BatchState.PREVIEW,
    "unmapped": BatchState.UNMAPPED,
    "unreadable": BatchState.UNREADABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Who delivers, for whom, under which policy, at which moment.

    Without an actor it is the operator of this installation or, ``by_machine``, a system of the organisation.
    """

    policy: Policy
    organisation: Organisation
    actor: User | None
    now: datetime
    by_machine: bool = False

    @property
    def today(self) -> date:
        return day_of(self.now)

    @property
    def sender(self) -> Sender:
        return Sender(
            organisation=self.organisation, actor=self.actor, today=self.today, by_machine=self.by_machine
        )


def import_file(
    path: Path,
    delivery: Delivery,
    *,
    feed: str | None = None,
    name: str | None = None,
    look: Callable[[Prepared], None] | None = None,
) -> Batch:
    """Receive and load in one go; a file that is not recognised is kept and profiled, not loaded.

    ``look`` is shown what was prepared while its files are there. Refusal B10 where the same bytes were loaded by another feed (services.batches).
    """
    digest = _digest_of(path)
    if known := _met_before(digest, delivery, feed):
        return _repeated(known, delivery)
    with workshop() as work:
        prepared = _prepare(path, work, delivery, feed=feed, sent_as=name)
        if look is not None:
            look(prepared)
        with transaction.atomic():
            take_loader_lock(patience=PATIENCE if delivery.by_machine else None)
            if known := _met_before(digest, delivery, feed) or _unread_before(digest, prepared, delivery):
                return _repeated(known, delivery)
            batch = _record_receipt(path, prepared, digest, delivery, name=name or path.name)
            if prepared.status == "mapped":
                _load(batch, prepared, work, delivery)
    return batch


def preview(path: Path, delivery: Delivery, *, name: str, feed: str | None = None) -> Batch:
    """Receive a file and say what would happen; nothing enters a file of a subject yet."""
    digest = _digest_of(path)
    if known := _met_before(digest, delivery, feed):
        return _repeated(known, delivery)
    with workshop() as work:
        prepared = _prepare(path, work, delivery, feed=feed, sent_as=name)
        with transaction.atomic():
            if known := _unread_before(digest, prepared, delivery):
                return _repeated(known, delivery)
            batch = _record_receipt(path, prepared, digest, delivery, name=name)
            batch.report = {**batch.report, PREVIEW: _preview_of(prepared, work, delivery)}
            batch.save(update_fields=["report"])
    return batch


def confirm(public_id: str, delivery: Delivery) -> Batch:
    """Load a previewed batch from the file that was kept."""
    batch = Batch.objects.select_related("original", "organisation").get(public_id=public_id)
    if batch.state != BatchState.PREVIEW:
        raise Refusal("B01", "这个批次已经处理过，不能再次确认。", advice="请在批次列表中查看它的结果。")
    with workshop() as work:
        path = kept_file(batch, work)
        prepared = _prepare(path, work, delivery, feed=batch.feed or None)
        with transaction.atomic():
            locked = Batch.objects.select_for_update().get(pk=batch.pk)
            if locked.state != BatchState.PREVIEW:
                raise Refusal("B01", "这个批次刚刚被别人确认或撤销。", advice="请刷新页面查看结果。")
            take_loader_lock()
            refuse_second_load(locked, sender=delivery.sender, policy=delivery.policy)
            _load(locked, prepared, work, delivery)
    return locked


@transaction.atomic
def confirm_later(public_id: str, delivery: Delivery) -> None:
    """Leave the loading of a large batch to the worker."""
    batch = Batch.objects.select_for_update().get(public_id=public_id)
    if batch.state != BatchState.PREVIEW:
        raise Refusal("B01", "这个批次已经处理过，不能再次确认。", advice="请在批次列表中查看它的结果。")
    told = {**batch.report[PREVIEW], QUEUED: delivery.now.isoformat()}
    batch.report = {**batch.report, PREVIEW: told}
    batch.save(update_fields=["report"])
    actor = delivery.actor.pk if delivery.actor else None
    enqueue("confirm_batch", once=f"confirm:{public_id}", batch=public_id, actor=actor)


@transaction.atomic
def give_back(public_id: str, *, sentence: str) -> None:
    """The worker could not load a batch: it waits to be confirmed again, and says why."""
    batch = Batch.objects.select_for_update().get(public_id=public_id)
    told = {key: value for key, value in batch.report.get(PREVIEW, {}).items() if key != QUEUED}
    batch.report = {**batch.report, PREVIEW: {**told, "notes": [*told.get("notes", []), sentence]}}
    batch.save(update_fields=["report"])


def read_again(public_id: str, delivery: Delivery) -> Batch:
    """Read a file that no feed knew once more, now that feeds were added; then it waits to be confirmed."""
    batch = Batch.objects.select_related("original", "organisation").get(public_id=public_id)
    with workshop() as work:
        prepared = _prepare(kept_file(batch, work), work, delivery, feed=None)
        with transaction.atomic():
            locked = Batch.objects.select_for_update().get(pk=batch.pk)
            if locked.state != BatchState.UNMAPPED:
                raise Refusal("B08", "只有未识别的批次可以重新识别。", advice="请在批次列表中查看它的状态。")
            if prepared.status != "mapped":
                raise Refusal(
                    "B09", "现有的数据源仍然认不出这个文件。", advice="请先指明各列，批准后再重新识别。"
                )
            _take_up(locked, prepared, work, delivery)
    return locked


def kept_file(batch: Batch, work: Path) -> Path:
    """The file of a batch as it was received, in ``work``."""
    if batch.original is None:
        raise Refusal("B11", "这个批次没有保存原件，无法再打开。", advice="请报送单位重新上传。")
    folder = work / "received"
    folder.mkdir()
    path = folder / Path(batch.file_name).name
    with path.open("wb") as out:
        out.writelines(read_file(batch.original))
    return path


@transaction.atomic
def cancel(public_id: str, *, actor: User, reason: str, now: datetime) -> None:
    """Give up a previewed batch."""
    batch = Batch.objects.select_for_update().get(public_id=public_id)
    if batch.state != BatchState.PREVIEW:
        raise Refusal(
            "B02", "只有待确认的批次可以撤销。", advice="已入库的批次，请逐条更正或撤回其中的记录。"
        )
    batch.state = BatchState.CANCELLED
    batch.save(update_fields=["state"])
    if batch.report.get("problems", {}).get("E16") and batch.original:
        destroy_file(batch.original, now=now)
    note("batch.cancelled", now=now, actor=actor, object=f"batch:{batch.public_id}", reason=reason)


def report_of(batches: list[Batch]) -> dict[str, Any]:
    """The import report over several files, with totals."""
    files = [batch.report for batch in batches]
    summed = ("rows", "accepted", "quarantined", "duplicates", "personal_ids_found")
    totals: dict[str, Any] = {key: sum(int(file.get(key) or 0) for file in files) for key in summed}
    totals["files"] = len(files)
    for status in ("mapped", "unmapped", "unreadable"):
        totals[status] = sum(file["status"] == status for file in files)
    return {"files": files, "totals": totals}


def _prepare(
    path: Path, work: Path, delivery: Delivery, *, feed: str | None, sent_as: str | None = None
) -> Prepared:
    prepared = prepare(
        path,
        feeds=delivery.policy.feeds,
        work=work,
        today=delivery.today,
        feed=feed,
        standards=standards_of(delivery.policy),
        sent_as=sent_as,
    )
    refuse_over_reach(
        prepared,
        organisation=delivery.organisation,
        actor=delivery.actor,
        policy=delivery.policy,
        now=delivery.now,
    )
    return prepared


def _preview_of(prepared: Prepared, work: Path, delivery: Delivery) -> dict[str, Any]:
    foreseen = None
    if prepared.status == "mapped":
        foreseen = foreseen_of(prepared, work, delivery.policy, now=delivery.now)
    return preview_of(prepared, delivery.policy, foreseen=foreseen)


def foreseen_of(prepared: Prepared, work: Path, policy: Policy, *, now: datetime) -> Loaded:
    """What loading a mapped file would do as things stand."""
    feed = policy.feeds[prepared.feed or ""]
    with hand_over(prepared.accepted_path, work) as parcel:
        return foresee(
            parcel, register=feed.item == "registration", now=now, admission=admission_asked(feed.id, policy)
        )


def _take_up(batch: Batch, prepared: Prepared, work: Path, delivery: Delivery) -> None:
    assert prepared.feed is not None
    batch.feed = prepared.feed
    batch.item = delivery.policy.feeds[prepared.feed].item_number or None
    batch.provenance = delivery.policy.feeds[prepared.feed].provenance.number
    batch.policy_digest = delivery.policy.digest
    batch.state = BatchState.PREVIEW
    batch.rows, batch.returned, batch.duplicates = prepared.rows, prepared.quarantined, prepared.duplicates
    told = {**prepared.report(), "path": batch.file_name}
    batch.report = {**told, PREVIEW: _preview_of(prepared, work, delivery)}
    batch.save()
    if batch.original is not None:
        batch.original.destroy_on = _kept_until("preview", delivery, since=delivery.today)
        batch.original.save(update_fields=["destroy_on"])
    note(
        "batch.recognised",
        now=delivery.now,
        actor=delivery.actor,
        object=f"batch:{batch.public_id}",
        payload={"feed": batch.feed, "policy": batch.policy_digest},
    )


def _record_receipt(path: Path, prepared: Prepared, digest: str, delivery: Delivery, *, name: str) -> Batch:
    report = {**prepared.report(), "path": name}
    original = put_file(
        path,
        name=name,
        media_type="application/octet-stream",
        now=delivery.now,
        destroy_on=_kept_until(
            "preview" if prepared.status == "mapped" else "unmapped", delivery, since=delivery.today
        ),
    )
    batch = Batch.objects.create(
        organisation=delivery.organisation,
        received_by=delivery.actor,
        received_at=delivery.now,
        file_name=name[:255],
        file_digest=digest,
        feed=prepared.feed or "",
        item=(delivery.policy.feeds[prepared.feed].item_number or None) if prepared.feed else None,
        provenance=delivery.policy.feeds[prepared.feed].provenance.number if prepared.feed else 1,
        policy_digest=delivery.policy.digest,
        state=_STATES[prepared.status],
        rows=prepared.rows,
        returned=prepared.quarantined,
        duplicates=prepared.duplicates,
        report=report,
        original=original,
    )
    note(
        "batch.received",
        now=delivery.now,
        actor=delivery.actor,
        object=f"batch:{batch.public_id}",
        payload={"file": digest, "feed": batch.feed, "rows": batch.rows},
    )
    return batch


def _load(batch: Batch, prepared: Prepared, work: Path, delivery: Delivery) -> None:
    register = Register(delivery.policy.sectors.of_industry) if batch.item == ITEMS["registration"] else None
    with hand_over(prepared.accepted_path, work) as parcel:
        loaded = load(
            parcel,
            batch=batch.pk,
            now=delivery.now,
            register=register,
            admission=admission_asked(batch.feed, delivery.policy),
        )
    refuse_unregistered(batch, delivery.policy)
    store_returned(batch, prepared)
    store_conflicts(batch, prepared, loaded.conflicts)
    note_marks(batch, prepared, conflicts=loaded.conflicts, policy=delivery.policy)
    feed = delivery.policy.feeds[prepared.feed or ""]
    if feed.ends:
        found = end_by(batch, feed=feed, actor=delivery.actor, policy=delivery.policy, now=delivery.now)
        batch.report = {**batch.report, EXITS: {"ended": found.ended, "unmatched": found.unmatched}}
    if is_list(feed.id, delivery.policy):
        batch.report = {**batch.report, UNNAMED: unnamed_in(batch, prepared)}
    _file_result(batch, prepared, loaded, work, delivery)


def _file_result(batch: Batch, prepared: Prepared, loaded: Loaded, work: Path, delivery: Delivery) -> None:
    told = {key: value for key, value in batch.report.items() if key != PREVIEW}
    problems = dict(told.get("problems", {}))
    for _, code, _ in loaded.conflicts:
        problems[code] = problems.get(code, 0) + 1
    batch.accepted = loaded.accepted
    batch.duplicates = prepared.duplicates + loaded.duplicates
    batch.returned = prepared.quarantined + len(loaded.conflicts)
    batch.report = {
        **told,
        "accepted": batch.accepted,
        "duplicates": batch.duplicates,
        "quarantined": batch.returned,
        "problems": dict(sorted(problems.items())),
    }
    batch.state = BatchState.LOADED
    batch.loaded_at = delivery.now
    batch.provenance = delivery.policy.feeds[prepared.feed or ""].provenance.number
    batch.receipt = digest_of({"file": batch.file_digest, "report": batch.report, "batch": batch.public_id})
    if batch.returned:
        batch.workbook = _keep_workbook(batch, prepared, loaded, work, delivery)
    if batch.original is not None:
        batch.original.destroy_on = _kept_until("delivered", delivery, since=day_of(batch.received_at))
        batch.original.save(update_fields=["destroy_on"])
        if problems.get("E16"):
            destroy_file(batch.original, now=delivery.now)
    batch.save()
    note(
        "batch.loaded",
        now=delivery.now,
        actor=delivery.actor,
        object=f"batch:{batch.public_id}",
        payload={"receipt": batch.receipt},
    )


def _kept_until(kind: str, delivery: Delivery, *, since: date) -> date | None:
    return delivery.policy.kept_until(kind, since=since, on=delivery.today)


def _keep_workbook(batch: Batch, prepared: Prepared, loaded: Loaded, work: Path, delivery: Delivery) -> Any:
    out = work / "returned.xlsx"
    error_workbook(prepared, out, conflicts=loaded.conflicts)
    return keep_workbook(out, batch, policy=delivery.policy, now=delivery.now)


def _met_before(digest: str, delivery: Delivery, feed: str | None) -> Batch | None:
    return met_before(digest, sender=delivery.sender, feed=feed, policy=delivery.policy)


def _unread_before(digest: str, prepared: Prepared, delivery: Delivery) -> Batch | None:
    if prepared.status == "mapped":
        return None
    return unread_before(digest, sender=delivery.sender, told=prepared.report())


def _repeated(known: Batch, delivery: Delivery) -> Batch:
    """The earlier batch, its report saying that nothing was new."""
    note("batch.repeated", now=delivery.now, actor=delivery.actor, object=f"batch:{known.public_id}")
    known.report = {
        **known.report,
        "accepted": 0,
        "duplicates": known.accepted + known.duplicates,
    }
    return known


def _digest_of(path: Path) -> str:
    try:
        return digest_of_file(path)
    except OSError as error:
        raise Refusal(
            "F03",
            f"无法打开文件“{path.name}”（{os_cause(error)}）。",
            advice="请检查路径是否正确、是否有读取权限。",
        ) from error


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder for one file's preparation, removed whatever happens."""
    root: Path = settings.HOME / "work"
    try:
        root.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=root))
    except OSError as error:
        raise Refusal(
            "F01", f"数据目录不可写（{os_cause(error)}）。", advice="请检查磁盘剩余空间和目录权限后重试。"
        ) from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
