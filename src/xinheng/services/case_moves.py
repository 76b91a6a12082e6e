"""Brings running cases to a newer version of their flow: one person proposes after a dry run, another carries it out.

Both see the same list; if a case has moved since, nothing is done. Undoing is a migration of its own, again by two
persons, and puts state, version and clocks back exactly as they were; a case that has taken a step since bars it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from xinheng.core.access import Target, may
from xinheng.core.canonical import digest_of
from xinheng.core.flow_migration import MIGRATED, UNDONE, Line, Plan, Running, dry_run, flaws_of_plan
from xinheng.core.procedures import flow_of
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.services.accounts import actor_of
from xinheng.services.cases import history_of, recused_from
from xinheng.services.ledger import note
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.case_moves import FlowMigration
from xinheng.store.casework import Case, CaseDeadline, CaseEvent


def plan_of(flow: str, old: int, new: int, counterparts: Mapping[str, Mapping[str, str]]) -> Plan:
    """``counterparts``: of ``states``, ``verbs`` and ``clocks``. Refusals: FM1 no such version, FM2 a flawed plan."""
    try:
        plan = Plan(old=flow_of(flow, old), new=flow_of(flow, new), **counterparts)
    except KeyError:
        raise Refusal("FM1", f"流程“{flow}”没有这个版本。", advice="请从流程列表中选择。") from None
    if wrong := flaws_of_plan(plan):
        raise Refusal("FM2", f"迁移方案不成立：{'；'.join(wrong)}。", advice="请改正对应关系后再试。")
    return plan


def try_plan(plan: Plan) -> tuple[Line, ...]:
    """What would happen to every running case of the old version. Writes nothing."""
    return dry_run(plan, [_running(case) for case in _cases(plan)])


@transaction.atomic
def propose_migration(plan: Plan, *, actor: User, reason: str, now: datetime) -> FlowMigration:
    """Write the dry run down for the second person. Refusals: FM3 cases that cannot be moved, FM4 no reason, FM5 no case."""
    _demand(actor, Verb.DRAFT_POLICY, now)
    lines = try_plan(plan)
    if barred := [line for line in lines if line.why_not]:
        named = "；".join(f"{line.number}：{line.why_not}" for line in barred[:5])
        raise Refusal(
            "FM3", f"{len(barred)} 件事项不能迁移：{named}。", advice="请补充对应关系，或等这些事项办结。"
        )
    if not lines:
        raise Refusal("FM5", "没有按旧版本办理中的事项。", advice="不需要迁移。")
    return _propose(plan, [_written(line) for line in lines], actor=actor, reason=reason, now=now)


@transaction.atomic
def propose_undo(public_id: str, *, actor: User, reason: str, now: datetime) -> FlowMigration:
    """Ask for a migration to be undone. Refusals: FM6 it was not carried out, or is undone."""
    _demand(actor, Verb.DRAFT_POLICY, now)
    done = FlowMigration.objects.filter(
        public_id=public_id, done_at__isnull=False, undoes__isnull=True
    ).first()
    if done is None or done.undone_by.filter(done_at__isnull=False).exists():
        raise Refusal("FM6", "没有可以撤回的迁移。", advice="请刷新页面查看现状。")
    _refuse_moved(done)
    plan = Plan(old=flow_of(done.flow, done.from_version), new=flow_of(done.flow, done.to_version))
    return _propose(plan, done.lines, actor=actor, reason=reason, now=now, undoes=done)


def _propose(
    plan: Plan,
    lines: list[Any],
    *,
    actor: User,
    reason: str,
    now: datetime,
    undoes: FlowMigration | None = None,
) -> FlowMigration:
    if not reason.strip():
        raise Refusal("FM4", "请写明迁移的理由。", advice="请填写理由后再提交。")
    made = FlowMigration.objects.create(
        flow=plan.old.name,
        from_version=plan.old.version,
        to_version=plan.new.version,
        plan=plan.as_json(),
        lines=lines,
        digest=digest_of(lines),
        reason=reason.strip()[:500],
        proposed_by=actor,
        proposed_at=now,
        undoes=undoes,
    )
    note(
        "flow.migration_proposed",
        now=now,
        actor=actor,
        object=f"migration:{made.public_id}",
        payload=made.digest,
    )
    return made


@transaction.atomic
def carry_out(public_id: str, *, actor: User, now: datetime) -> int:
    """Another person carries it out; returns how many cases. Refusals: FM7 not waiting, FM8 the same person, FM9 a case
    has moved since the list was written."""
    row = FlowMigration.objects.select_for_update().filter(public_id=public_id, done_at__isnull=True).first()
    if row is None:
        raise Refusal("FM7", "没有待办理的迁移。", advice="请刷新页面查看现状。")
    _demand(actor, Verb.PUBLISH_POLICY, now)
    if row.proposed_by_id == actor.pk:
        raise Refusal("FM8", "迁移须由另一人办理。", advice="请转交另一名决定人。")
    count = _undo(row, actor=actor, now=now) if row.undoes else _move(row, actor=actor, now=now)
    row.done_by, row.done_at = actor, now
    row.save(update_fields=["done_by", "done_at", "lines", "digest"])
    kind = "flow.migration_undone" if row.undoes else "flow.migrated"
    note(
        kind, now=now, actor=actor, object=f"migration:{row.public_id}", reason=row.reason, payload=row.digest
    )
    return count


def _move(row: FlowMigration, *, actor: User, now: datetime) -> int:
    plan = plan_of(row.flow, row.from_version, row.to_version, row.plan)
    cases = list(_cases(plan).select_for_update(of=("self",)))
    if (
        digest_of([_written(line) for line in dry_run(plan, [_running(case) for case in cases])])
        != row.digest
    ):
        raise Refusal("FM9", "清单写成以后有事项发生了变化。", advice="请重新试迁移，再由另一人办理。")
    kept = []
    for case, line in zip(cases, row.lines, strict=True):
        before = _as_it_was(case)
        _event(case, MIGRATED, to_state=line["to"], actor=actor, now=now, row=row, verbs=dict(plan.verbs))
        for old, new in line["clocks"]:
            CaseDeadline.objects.filter(case=case, key=old, ended_on__isnull=True).update(key=new)
        Case.objects.filter(pk=case.pk).update(
            state=line["to"], flow_version=row.to_version, version=F("version") + 1
        )
        kept.append({**line, "before": before, "events": case.events.count()})
    row.lines = kept
    row.digest = digest_of(kept)
    return len(kept)


def _undo(row: FlowMigration, *, actor: User, now: datetime) -> int:
    assert row.undoes is not None
    _refuse_moved(row.undoes)
    for line in row.undoes.lines:
        case = Case.objects.select_for_update().get(number=line["number"])
        _event(case, UNDONE, to_state=line["before"]["state"], actor=actor, now=now, row=row, verbs={})
        for pk, key in line["before"]["clocks"]:
            CaseDeadline.objects.filter(pk=pk).update(key=key)
        Case.objects.filter(pk=case.pk).update(
            state=line["before"]["state"], flow_version=row.from_version, version=F("version") + 1
        )
    return len(row.undoes.lines)


def _refuse_moved(done: FlowMigration) -> None:
    """Refusal FM10 where a case took a step in the newer version: going back would lose it."""
    moved = []
    for line in done.lines:
        case = Case.objects.get(number=line["number"])
        if case.events.count() != line["events"] or case.flow_version != done.to_version:
            moved.append(case.number)
    if moved:
        raise Refusal(
            "FM10",
            f"迁移以后又办理过的事项不能退回：{'、'.join(moved[:5])}。",
            advice="这些事项请按新版本办完。",
        )


def _event(
    case: Case,
    verb: str,
    *,
    to_state: str,
    actor: User,
    now: datetime,
    row: FlowMigration,
    verbs: dict[str, str],
) -> None:
    CaseEvent.objects.create(
        case=case,
        sequence=case.events.count() + 1,
        at=now,
        verb=verb,
        from_state=case.state,
        to_state=to_state,
        actor=actor,
        reason=row.reason,
        details={"migration": row.public_id, "verbs": verbs},
    )


def _as_it_was(case: Case) -> dict[str, Any]:
    running = CaseDeadline.objects.filter(case=case, ended_on__isnull=True).order_by("pk")
    return {"state": case.state, "clocks": [[row.pk, row.key] for row in running]}


def _cases(plan: Plan) -> Any:
    return Case.objects.filter(
        flow=plan.old.name, flow_version=plan.old.version, closed_at__isnull=True
    ).order_by("pk")


def _running(case: Case) -> Running:
    clocks: Iterable[str] = (
        CaseDeadline.objects.filter(case=case, ended_on__isnull=True)
        .order_by("pk")
        .values_list("key", flat=True)
    )
    return Running(
        number=case.number,
        state=case.state,
        history=history_of(case),
        clocks=tuple(clocks),
        recused=recused_from(case),
    )


def _written(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "from": line.from_state,
        "to": line.to_state,
        "clocks": [list(pair) for pair in line.clocks],
        "waits_for": [role.value for role in line.waits_for],
        "barred": list(line.barred),
    }


def _demand(actor: User, verb: Verb, now: datetime) -> None:
    """The question of access for the whole city: a migration concerns the cases of every unit."""
    allowed = may(actor_of(actor), verb, Target(organisations=(tree().root,)), on=day_of(now))
    if not allowed:
        raise Refusal("access", allowed.reason, advice="请由信用办和决定人办理。")
