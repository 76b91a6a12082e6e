"""Two rows of the subject master that are one subject: proposed by one person, merged or split by another's yes.

The row that is merged away keeps its id, code and names; its page leads to the other, and its records are filed there
until a split files them back. Scores, publications and pages of both are stale in the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.subject_merge import (
    Merges,
    MergeState,
    Party,
    keep_of,
    refuse_decision,
    refuse_parties,
    refuse_proposal,
)
from xinheng.services.ledger import note
from xinheng.services.loading import refresh_search, take_loader_lock
from xinheng.services.merged_files import follow_marks
from xinheng.services.refiling import Why, merges_in_force, refile
from xinheng.services.scores import ask_for_refresh
from xinheng.store.accounts import User
from xinheng.store.identities import SubjectMerge
from xinheng.store.records import Record
from xinheng.store.subjects import Subject, SubjectKind, SubjectStatus

_ENDED = (SubjectStatus.CANCELLED, SubjectStatus.REVOKED, SubjectStatus.MOVED)
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Beside:
    """One word about both subjects, and whether they differ in it."""

    label: str
    kept: str
    gone: str

    @property
    def differs(self) -> bool:
        return self.kept != self.gone


def compared(kept: Subject, gone: Subject) -> tuple[Beside, ...]:
    """What speaks for and against their being one."""
    one, other = _told(kept), _told(gone)
    return tuple(Beside(label, value, other[label]) for label, value in one.items())


def _told(subject: Subject) -> dict[str, str]:
    names = subject.names.exclude(name=subject.name).order_by("-known_at").values_list("name", flat=True)
    codes = subject.codes.order_by("kind").values_list("value", flat=True)
    return {
        "名称": subject.name,
        "其他名称": "、".join(names[:5]),
        "统一社会信用代码": subject.code or "",
        "旧代码": "、".join(codes),
        "登记状态": SubjectStatus(subject.status).label,
        "登记机关": subject.registrar,
        "成立日期": subject.established_on.isoformat() if subject.established_on else "",
        "住所": "" if subject.kind == "sole_trader" else subject.address,
        "记录数": str(Record.objects.filter(subject=subject, known_until__isnull=True).count()),
    }


def standing(subject: Subject) -> Subject:
    """The subject under which records are filed: itself, or the one into which it was merged."""
    return subject.merged_into or subject


@transaction.atomic
def propose_merge(
    one: Subject,
    other: Subject,
    *,
    keep: Subject | None = None,
    reason: str,
    ground: str,
    actor: User,
    now: datetime,
) -> SubjectMerge:
    """Say that both are one subject. Without ``keep`` the one stays that core.subject_merge.keep_of names."""
    refuse_proposal(reason=reason, ground=ground)
    survivor = keep or _kept(one, other)
    absorbed = other if survivor.pk == one.pk else one
    merges_in_force().with_merge(absorbed=absorbed.pk, survivor=survivor.pk)
    refuse_parties(_party(one), _party(other))
    both = {absorbed.pk, survivor.pk}
    if SubjectMerge.objects.filter(
        Q(absorbed__in=both) & Q(survivor__in=both) | Q(absorbed=absorbed), state=MergeState.PROPOSED
    ).exists():
        raise Refusal("ID01", "这个主体已有待决定的合并意见。", advice="请在合并意见中查看，由另一人决定。")
    proposed = SubjectMerge.objects.create(
        absorbed=absorbed,
        survivor=survivor,
        reason=reason.strip()[:300],
        ground=ground.strip()[:200],
        evidence=[[line.label, line.kept, line.gone] for line in compared(survivor, absorbed)],
        proposed_by=actor,
        proposed_at=now,
    )
    _note("subject.merge_proposed", proposed, reason=reason, actor=actor, now=now)
    return proposed


def _kept(one: Subject, other: Subject) -> Subject:
    return one if keep_of(_party(one), _party(other)).subject == one.pk else other


def _party(subject: Subject) -> Party:
    return Party(
        subject.pk,
        subject.code,
        subject.status not in _ENDED,
        Record.objects.filter(subject=subject, known_until__isnull=True).count(),
        sole_trader=subject.kind == SubjectKind.SOLE_TRADER,
    )


@transaction.atomic
def decide_merge(
    public_id: str, *, agree: bool, reason: str, actor: User, policy: Policy, now: datetime
) -> SubjectMerge:
    """Another person's yes merges both at once, a no leaves everything as it is."""
    take_loader_lock(patience=_PATIENCE)
    merge = _locked(public_id)
    refuse_decision(
        _state(merge, MergeState.PROPOSED), proposed_by=merge.proposed_by_id, actor=actor.pk, reason=reason
    )
    merge.state = MergeState.MERGED if agree else MergeState.REFUSED
    merge.decided_by, merge.decided_at, merge.decision = actor, now, reason.strip()[:300]
    if agree:
        refuse_parties(_party(merge.absorbed), _party(merge.survivor))
        merges = merges_in_force().with_merge(absorbed=merge.absorbed_id, survivor=merge.survivor_id)
        merge.save()
        _rearrange(merges.members(merges.root(merge.absorbed_id)), merges, merge, actor, policy, now=now)
    else:
        merge.save()
    _note("subject.merged" if agree else "subject.merge_refused", merge, reason=reason, actor=actor, now=now)
    return merge


@transaction.atomic
def propose_split(public_id: str, *, reason: str, actor: User, now: datetime) -> SubjectMerge:
    """Say that a merge was wrong; it stays in force until another person agrees."""
    merge = _locked(public_id)
    if merge.state != MergeState.MERGED:
        raise Refusal("ID02", "只有已合并的主体可以提出拆分。", advice="请刷新页面。")
    if not reason.strip():
        raise Refusal("ID03", "请写明为什么要拆分。", advice="请补充后重试。")
    merge.state = MergeState.SPLITTING
    merge.split_by, merge.split_at, merge.split_reason = actor, now, reason.strip()[:300]
    merge.save()
    _note("subject.split_proposed", merge, reason=reason, actor=actor, now=now)
    return merge


@transaction.atomic
def decide_split(
    public_id: str, *, agree: bool, reason: str, actor: User, policy: Policy, now: datetime
) -> SubjectMerge:
    """Another person's yes files every record back where it came from."""
    take_loader_lock(patience=_PATIENCE)
    merge = _locked(public_id)
    proposed_by = merge.split_by_id or merge.proposed_by_id
    refuse_decision(
        _state(merge, MergeState.SPLITTING), proposed_by=proposed_by, actor=actor.pk, reason=reason
    )
    if agree:
        before = merges_in_force()
        group = before.members(before.root(merge.absorbed_id))
        merge.state = MergeState.UNDONE
        merge.undone_by, merge.undone_at, merge.undone_decision = actor, now, reason.strip()[:300]
        merge.save()
        _rearrange(group, before.without(merge.absorbed_id), merge, actor, policy, now=now)
    else:
        merge.state, merge.split_by, merge.split_at = MergeState.MERGED, None, None
        merge.split_reason = ""
        merge.save()
    _note("subject.split" if agree else "subject.split_refused", merge, reason=reason, actor=actor, now=now)
    return merge


def _rearrange(
    group: frozenset[int], merges: Merges, merge: SubjectMerge, actor: User, policy: Policy, *, now: datetime
) -> None:
    """Let the master say where each of the group stands, and the records follow."""
    undone = merge.state == MergeState.UNDONE
    refile(
        group,
        merges=merges,
        why=Why(
            reason=merge.split_reason if undone else merge.reason,
            ground=f"主体{'拆分' if undone else '合并'} {merge.public_id}：{merge.ground}",
            actor=actor,
        ),
        policy=policy,
        now=now,
    )
    for subject in sorted(group):
        root = merges.root(subject)
        Subject.objects.filter(pk=subject).update(merged_into=None if root == subject else root)
    follow_marks(group)
    refresh_search(sorted(group))
    ask_for_refresh()


def _locked(public_id: str) -> SubjectMerge:
    found = SubjectMerge.objects.select_for_update().filter(public_id=public_id).first()
    if found is None:
        raise Refusal("ID04", "没有这项合并意见。", advice="请在合并意见的列表中打开。")
    return found


def _state(merge: SubjectMerge, wanted: MergeState) -> MergeState:
    """The state, or one that is refused where it is not the wanted one."""
    state = MergeState(merge.state)
    return state if state is wanted else MergeState.UNDONE


def _note(kind: str, merge: SubjectMerge, *, reason: str, actor: User, now: datetime) -> None:
    told: dict[str, Any] = {"absorbed": merge.absorbed.public_id, "survivor": merge.survivor.public_id}
    for subject in (merge.survivor, merge.absorbed):
        note(
            kind,
            now=now,
            actor=actor,
            subject=subject.public_id,
            object=f"merge:{merge.public_id}",
            reason=reason,
            payload=told,
        )
