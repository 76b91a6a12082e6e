"""Enters the commitment of a repair in the register when the application is accepted, in the words that were confirmed.

What stands against the entry never stands against the repair: it is written down, and the application goes on
(requirements M4-12; legal guard G5).
"""

from django.db import transaction

from xinheng.core.refusal import Refusal
from xinheng.services.commitments_bulk import take_with_repair
from xinheng.services.ledger import note
from xinheng.services.repair_decisions import Act, accept
from xinheng.services.repairs import ELSEWHERE, open_record
from xinheng.store.casework import Case
from xinheng.store.commitments import Commitment
from xinheng.store.repairs import RepairApplication


@transaction.atomic
def accept_with_pledge(case: Case, act: Act) -> tuple[Case, str]:
    """Accept the application and register its commitment; why it was not, where it was not. Refusals of ``accept``."""
    done = accept(case, act)
    application = RepairApplication.objects.select_for_update().get(pk=case.pk)
    try:
        with transaction.atomic():
            application.commitment = _entered(done, application, act)
            application.save(update_fields=["commitment"])
    except Refusal as refusal:
        note(
            "repair.pledge_not_entered",
            now=act.now,
            actor=act.actor,
            object=f"case:{done.number}",
            reason=refusal.message,
        )
        return done, refusal.message
    return done, ""


def _entered(case: Case, application: RepairApplication, act: Act) -> Commitment:
    """Refusals RB1 made elsewhere, RB2 in earlier words, and those of ``take_with_repair``."""
    if application.pledge_version == ELSEWHERE:
        raise Refusal(
            "RB1", "承诺在提出申请的网站作出，本平台没有文本，不重复登记。", advice="由该网站公开。"
        )
    if application.pledge_version != act.policy.repair.commitment.version:
        raise Refusal(
            "RB2",
            "承诺书的文本在作出承诺以后有更新，没有登记。",
            advice="需要登记的，请企业按现行文本重新承诺。",
        )
    record = open_record(application.record_key)
    detail = record.detail
    return take_with_repair(
        application.subject,
        document=f"{detail.title} {detail.document_no}".strip(),
        unit=case.organisation,
        actor=act.actor,
        policy=act.policy,
        now=act.now,
    )
