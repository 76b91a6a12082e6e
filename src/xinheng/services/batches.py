"""Batches as people speak of them, and the batch that a file met before.

Delivering the same bytes again changes nothing; a sender learns of its own earlier batch, or of one it may read, and
of no other: there it gets a receipt of its own, whose rows are known (《河南省社会信用条例》第十七条; core.access).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from xinheng.core.access import Target
from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.services.accounts import allowed
from xinheng.services.reach import tree
from xinheng.services.time import SHANGHAI
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, BatchState
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record


def answers_for(actor: User, batch: Batch) -> bool:
    """Who delivered does not review or decide: the person, or everybody of the organisation where no person is named,
    because a system, a folder or the operator of this installation handed it over."""
    if batch.received_by_id is None:
        return actor.organisation_id == batch.organisation_id
    return batch.received_by_id == actor.pk


def answered_by(actor: User, *, through: str = "") -> Q:
    """The same for a list: batches for which the person answers, or what leads to them ``through`` a path."""
    person, unit = f"{through}received_by", f"{through}organisation"
    return Q(**{person: actor}) | Q(**{f"{person}__isnull": True, unit: actor.organisation_id})


def receipt_of(batch: Batch) -> dict[str, Any]:
    """That over whose canonical form (RFC 8785) the receipt of a loaded batch is the SHA-256."""
    return {"file": batch.file_digest, "report": batch.report, "batch": batch.public_id}


def sender_of(batch: Batch) -> str:
    """Who delivered, as pages and letters name it."""
    return batch.received_by.display_name if batch.received_by else "系统报送"


def deliverer(username: str, organisation: Organisation, *, on: date) -> User:
    """The person in whose name the operator of this installation delivers; must be one who may deliver for it."""
    person = User.objects.filter(username=username, is_active=True).first()
    target = Target(organisations=tree().path(organisation.pk))
    if person is None or not allowed(person, Verb.IMPORT_FILE, target, on=on):
        raise Refusal(
            "B14",
            f"账号“{username}”不存在，或不能为这个单位报送。",
            advice="请填写有报送职责的账号；不写明人员的，由报送单位负责，本单位的人不能审查。",
        )
    return person


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who delivers for whom. Without an actor it is the operator of this installation, who may see every batch, or
    ``by_machine`` a system of the organisation, which sees those of its own."""

    organisation: Organisation
    actor: User | None
    today: date
    by_machine: bool = False

    def may_meet(self, batch: Batch) -> bool:
        if batch.organisation_id == self.organisation.pk:
            return True
        if self.actor is None:
            return not self.by_machine
        target = Target(organisations=tree().path(batch.organisation_id))
        return bool(allowed(self.actor, Verb.READ_BATCH, target, on=self.today))


def number_of(batch: Batch) -> str:
    """The short number by which people speak of a batch."""
    return f"{batch.received_at.astimezone(SHANGHAI):%Y-%m%d}-{batch.public_id[:4].upper()}"


def met_before(digest: str, *, sender: Sender, feed: str | None, policy: Policy) -> Batch | None:
    """The loaded batch of the same bytes. ``feed`` is the sender's choice: Refusal B10 where what stands in the
    files of subjects was read by another feed."""
    loaded = Batch.objects.filter(file_digest=digest, state=BatchState.LOADED).order_by("pk")
    known = [batch for batch in loaded if sender.may_meet(batch)]
    fitting = [batch for batch in known if feed in (None, batch.feed)]
    if fitting:
        return min(fitting, key=lambda batch: batch.organisation_id != sender.organisation.pk)
    for batch in known:
        if _stands(batch):
            raise _read_otherwise(batch, feed or "", policy)
    return None


def unread_before(digest: str, *, sender: Sender, told: Mapping[str, Any]) -> Batch | None:
    """The sender's own batch of the same bytes that was left unread for the same reason, its original still kept."""
    left = Batch.objects.filter(
        file_digest=digest,
        organisation=sender.organisation,
        state__in=[BatchState.UNMAPPED, BatchState.UNREADABLE],
        original__wrapped_key__isnull=False,
    ).order_by("pk")
    same = ("status", "known_as", "problems", "message")
    return next((one for one in left if all(one.report.get(key) == told[key] for key in same)), None)


def needs_no_reading(batch: Batch) -> bool:
    """Recognised as a file that holds no records on subjects: nobody has anything to do with it."""
    return batch.state == BatchState.UNMAPPED and bool(batch.report.get("known_as"))


def without_unneeded(batches: QuerySet[Batch]) -> QuerySet[Batch]:
    """Batches without those that need no reading."""
    unneeded = batches.filter(state=BatchState.UNMAPPED, report__known_as__gt="")
    return batches.exclude(pk__in=unneeded.values("pk"))


def refuse_second_load(batch: Batch, *, sender: Sender, policy: Policy) -> None:
    """A previewed file may have been loaded meanwhile from another batch; raises Refusal B12 or B10."""
    known = met_before(batch.file_digest, sender=sender, feed=batch.feed, policy=policy)
    if known is not None:
        raise Refusal(
            "B12",
            f"同一个文件已按批次 {number_of(known)} 入库，这个批次不能再确认。",
            advice="请取消这个批次。",
        )


def _stands(batch: Batch) -> bool:
    """Whether a record of the batch is still in the file of a subject."""
    return (
        Record.objects.filter(batch=batch, known_until__isnull=True)
        .exclude(state__in=[RecordState.WITHDRAWN, RecordState.DELETED])
        .exists()
    )


def _read_otherwise(batch: Batch, feed: str, policy: Policy) -> Refusal:
    read, asked = (
        policy.feeds[key].title if key in policy.feeds else key or "未指定" for key in (batch.feed, feed)
    )
    return Refusal(
        "B10",
        f"这个文件已按数据源“{read}”入库（批次 {number_of(batch)}），没有再按“{asked}”读入。",
        advice=f"原来读得对的，不用再报；读错的，请在企业档案中逐条撤回批次 {number_of(batch)} 的记录（写明理由和文书），再按“{asked}”重新报送。",
    )
