"""Papers that the enterprise's own side puts to a case: by its account, or at the window for those without internet.

They are kept, opened and destroyed as other attachments (services.attachments); who brought what when stays with them.
An account reads what its own side handed in, never the papers of the office (legal guard G13).
"""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from xinheng.core.attachments import Target
from xinheng.core.party_papers import DUTY_DONE, Slot, slots
from xinheng.core.policy import Policy
from xinheng.core.procedures import flow_of
from xinheng.core.refusal import Refusal
from xinheng.services.attachments import Paper, attach, held, open_one
from xinheng.services.cases import Taker
from xinheng.services.enterprises import Party
from xinheng.services.repairs import Application, hand_in
from xinheng.services.time import day_of
from xinheng.store.attachments import Attachment, living
from xinheng.store.casework import Case
from xinheng.store.commitments import Commitment
from xinheng.store.repairs import RepairApplication

MOST = "attachments.party_files_each"


def slots_of(case: Case, *, policy: Policy) -> tuple[Slot, ...]:
    """What the enterprise may hand in now."""
    papers = policy.repair.materials.items() if case.kind == "repair" else ()
    made = Commitment.objects.filter(case=case).first() if case.kind == "commitment" else None
    return slots(
        case.kind,
        case.state,
        materials=[Slot(key, paper.title, paper.hint) for key, paper in papers],
        missing=made.missing if made else (),
    )


def papers_of(case: Case) -> list[Attachment]:
    """What the enterprise's side handed in, withdrawn papers included, the oldest first."""
    rows = Attachment.objects.filter(case=case).exclude(material="")
    return list(rows.select_related("file", "added_by").order_by("pk"))


def put_paper(
    case: Case,
    key: str,
    path: Path,
    *,
    actor: Taker,
    policy: Policy,
    now: datetime,
    title: str = "",
    personal: bool = True,
) -> Attachment:
    """Put a paper of the enterprise to its case, which is not locked meanwhile: looking into a file takes its time.

    Refusals: PP1 nothing of the kind is awaited now, PP2 they are too many, PP3 the mandate does not hold the matter, PP5 the
    office holds the same file, and those of ``attach``. Whether an officer may is asked by the interface.
    """
    slot = next((one for one in slots_of(case, policy=policy) if one.key == key), None)
    if slot is None:
        raise Refusal(
            "PP1",
            "这个事项现在不收这种材料。",
            advice="请刷新页面，看事项办到哪一步；需要另外说明的，请联系办理单位。",
        )
    if isinstance(actor, Party):
        refuse_foreign(case, actor, on=day_of(now))
    most = policy.parameter(MOST, on=day_of(now)).required()
    if living().filter(case=case).exclude(material="").count() >= most:
        raise Refusal(
            "PP2",
            f"一个事项最多交 {most} 份材料，已经满了。",
            advice="请把多页扫描成一个 PDF；或者请办理单位撤下不再需要的。",
        )
    thing = held(Target.CASE, case.public_id)
    assert thing is not None
    paper = Paper(title=title.strip() or slot.title, personal=personal, material=slot.title)
    made = attach(thing, path, paper, actor=actor, policy=policy, now=now)
    if not made.material:
        raise Refusal(
            "PP5", "这份文件办理单位已经附在事项中。", advice="不需要再交；需要说明的，请联系办理单位。"
        )
    if case.kind == "repair" and slot.key == DUTY_DONE:
        _count_as_handed_in(case, policy=policy, now=now)
    return made


def refuse_foreign(case: Case, party: Party, *, on: date) -> None:
    """Refusal PP3 where no living mandate of the account holds the matter of this case."""
    matter = flow_of(case.flow, case.flow_version).matter
    held_ = (one for one in party.mandates if one.subject_id == case.subject_id)
    if not any(matter in one.matters for one in held_):
        raise Refusal(
            "PP3",
            f"您的授权委托不包括“{matter.label}”，不能为这个事项交材料。",
            advice="请由企业出具包括该事项的授权委托书，到窗口登记。",
        )


@transaction.atomic
def _count_as_handed_in(case: Case, *, policy: Policy, now: datetime) -> None:
    """The proof is there even where nobody described it in words."""
    kept = RepairApplication.objects.get(pk=case.pk)
    if not kept.handed.get(DUTY_DONE):
        hand_in(case, Application(handed={DUTY_DONE: "见所附文件"}), policy=policy, now=now)


def open_own(
    case: Case, public_id: str, *, party: Party, now: datetime
) -> tuple[Attachment, Iterator[bytes]]:
    """One's own paper again. Refusal PP4 for a paper that the enterprise's side did not hand in."""
    found = next((one for one in papers_of(case) if one.public_id == public_id), None)
    if found is None:
        raise Refusal("PP4", "没有这份材料。", advice="请从事项的材料清单中打开。")
    return found, open_one(found, actor=party, now=now)
