"""The end of an attachment: withdrawn with a reason and destroyed after a term, or gone at once with its record or batch.

A file that something else still holds stays (《个人信息保护法》第四十七条; legal guards G2, G13).
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.attachments import Attachment, living
from xinheng.store.batches import BatchState, StoredFile
from xinheng.store.files import destroy_file

GONE = "所属记录已删除"
GIVEN_UP = "所属批次已撤销"


@transaction.atomic
def withdraw_attachment(public_id: str, *, actor: User, reason: str, policy: Policy, now: datetime) -> None:
    """Take it down; its file is destroyed after a short term unless something else still holds it."""
    attachment = Attachment.objects.select_for_update().get(public_id=public_id)
    if attachment.withdrawn_at is not None:
        raise Refusal("AT19", "这个附件已经撤下。", advice="请刷新页面。")
    if not reason.strip():
        raise Refusal("AT20", "请写明撤下的理由。", advice="例如：扫错页、内容不属于这条记录。")
    _end(attachment, actor=actor, reason=reason.strip(), now=now)
    if not living().filter(file=attachment.file_id).exists():
        day = policy.kept_until("withdrawn_attachment", since=day_of(now), on=day_of(now))
        StoredFile.objects.filter(pk=attachment.file_id, destroyed_at__isnull=True).update(destroy_on=day)


def _end(attachment: Attachment, *, actor: User | None, reason: str, now: datetime) -> None:
    attachment.withdrawn_at, attachment.withdrawn_by = now, actor
    attachment.withdrawn_why = reason[:300]
    attachment.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    note(
        "attachment.withdrawn",
        now=now,
        actor=actor,
        object=f"attachment:{attachment.public_id}",
        reason=reason,
    )


@transaction.atomic
def forget_papers(*, record_key: int, batch: int | None, actor: User | None, now: datetime) -> int:
    """The papers of a deleted record go with it: their keys are destroyed. With ``batch`` also those of its whole batch.

    Returns the number of files destroyed; a file that something else still holds stays.
    """
    theirs = Q(record_key=record_key) | (Q(batch=batch) if batch is not None else Q(pk=None))
    files = set()
    for attachment in Attachment.objects.select_for_update().filter(theirs).order_by("pk"):
        files.add(attachment.file_id)
        if attachment.withdrawn_at is None:
            _end(attachment, actor=actor, reason=GONE, now=now)
    return _destroy(files, actor=actor, now=now)


@transaction.atomic
def forget_cancelled(*, now: datetime) -> int:
    """The papers of batches that were given up go with them; returns the number of attachments ended."""
    given_up = living().filter(batch__state=BatchState.CANCELLED).select_for_update(of=("self",))
    ended = list(given_up.order_by("pk"))
    for attachment in ended:
        _end(attachment, actor=None, reason=GIVEN_UP, now=now)
    _destroy({attachment.file_id for attachment in ended}, actor=None, now=now)
    return len(ended)


def _destroy(files: set[int], *, actor: User | None, now: datetime) -> int:
    """Destroy the keys of those that nothing holds any more."""
    shared = set(living().filter(file__in=files).values_list("file", flat=True))
    over = StoredFile.objects.select_for_update().filter(pk__in=files - shared, destroyed_at__isnull=True)
    count = 0
    for file in over.order_by("pk"):
        destroy_file(file, now=now)
        note("file.destroyed", now=now, actor=actor, object=f"file:{file.pk}", payload={"file": file.digest})
        count += 1
    return count
