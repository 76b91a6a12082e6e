"""Objections that another platform received and pushes here: taken once a number of each sender, with the answer told.

What is meant is named by credit code and document number, as in pushed repairs (legal guards G5, G13; X-12).
"""

from datetime import datetime

from django.db import transaction

from xinheng.core.objections import Claim
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.objections import Pushed, pushed_before, receive
from xinheng.services.repair_results import records_of
from xinheng.store.objections import Objection
from xinheng.store.subjects import Subject


@transaction.atomic
def take_objection(
    claim: Claim, pushed: Pushed, *, code: str, document_no: str, policy: Policy, now: datetime
) -> Objection:
    """Register it; the same one again is answered by the first. Refusals: OB11 the number stands for another one, OB12
    nothing of the kind stands here, OB13 several do, and those of ``objections.receive``."""
    wanted = code.strip().upper()
    Subject.objects.select_for_update().filter(code=wanted, merged_into=None).first()
    found = records_of(wanted, document_no)
    first = pushed_before(pushed)
    if first is not None:
        if first.record_key not in {one.record_key for one in found}:
            raise Refusal(
                "OB11",
                f"编号 {pushed.number} 已用于另一件异议，内容不同，这次没有收下。",
                advice="另一件异议请用新的编号；重发请用原来的企业代码和文号。",
            )
        return first
    standing = [one for one in found if RecordState(one.state) in STANDING]
    if not standing:
        raise Refusal(
            "OB12",
            "这里没有该企业的这条信息，或者已经终止。",
            advice="已经终止的不需要提出异议；没有报送到这里的，请转提供单位处理。",
        )
    if len(standing) > 1:
        raise Refusal("OB13", "同一文号有几条信息。", advice="请由窗口核对后在办理页面上选择并登记。")
    one = standing[0]
    lodged = receive(
        claim, pushed, subject=one.subject, reference=f"record:{one.record_key}", policy=policy, now=now
    )
    return Objection.objects.select_related("case").get(case=lodged.case)
