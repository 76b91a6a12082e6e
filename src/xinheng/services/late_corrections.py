"""A department tells an act otherwise than it told it before: both are laid side by side, and a person who sent neither
takes the later content over as a new version, or sends the row back.

Whatever rested on the record follows in the same transaction, as after every correction. Where two departments
disagree it is a conflict of sources (services.conflicts), and decided there. What weighs more than before is told to the
enterprise by the letter on heavier corrections (core.correction_letters).
"""

from datetime import datetime

from django.db import transaction

from xinheng.core.checks import Defect
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING
from xinheng.core.refusal import Refusal
from xinheng.services.batches import answers_for
from xinheng.services.conflicts import Compared, row_beside, take_over, values_of
from xinheng.services.record_corrections import Asked, tell_as_carried
from xinheng.services.records import Change
from xinheng.services.returns import waiting_row
from xinheng.store.accounts import User
from xinheng.store.batches import ReturnedRow, ReturnedState
from xinheng.store.casework import Case
from xinheng.store.quality import Conflict
from xinheng.store.records import Record


def told_before(row: ReturnedRow) -> Record | None:
    """The standing record of the same sender that the waiting row contradicts."""
    if row.state != ReturnedState.WAITING or row.codes != [Defect.DUPLICATE_KEY] or not row.normalised:
        return None
    digest = str(row.normalised.get("natural_hash") or "").removeprefix("\\x")
    if len(digest) != 32 or Conflict.objects.filter(row=row).exists():
        return None
    found = Record.objects.filter(
        natural_hash=bytes.fromhex(digest), known_until__isnull=True, state__in=[int(one) for one in STANDING]
    )
    return found.filter(batch__organisation_id=row.batch.organisation_id).select_related("batch").first()


def beside(row: ReturnedRow) -> Compared | None:
    """What was told before beside what the row says; None where nothing was."""
    record = told_before(row)
    return row_beside(record.record_key, row) if record else None


@transaction.atomic
def take_correction(
    row_id: int, *, actor: User, reason: str, ground: str, policy: Policy, now: datetime
) -> Case | None:
    """The record says from now on what the row says. Where that weighs more on the enterprise, the case in which it is told
    by letter, as of every heavier correction. Refusals: B04, B06 as for every row, LK1 nothing stands that it could
    correct, LK2 no reason or document, LK3 the actor told what was told before, C03 a heavier correction waits already."""
    row = waiting_row(row_id, actor=actor)
    record = told_before(row)
    if record is None:
        raise Refusal("LK1", "本单位没有报过这件事，或者那条记录不再有效。", advice="请退回此行。")
    if not reason.strip() or not ground.strip():
        raise Refusal("LK2", "更正记录须写明理由和所依据的文书。", advice="请补充后重试。")
    if record.batch is not None and answers_for(actor, record.batch):
        raise Refusal("LK3", "先前的内容是您报送的，不能由您改正。", advice="请由另一人处理。")
    why = Change(deed="correct", reason=reason.strip(), ground=ground.strip())
    asked = Asked(change=why, values=values_of(row), actor=actor, policy=policy, now=now)
    told = tell_as_carried(record.record_key, asked)
    take_over(record.record_key, row, why, actor=actor, policy=policy, now=now)
    return told
