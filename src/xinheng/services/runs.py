"""Orders a run of a model from the office: at once where the city is small, else by the worker.

A run that the rules refuse leaves its reason in the ledger, so that whoever ordered it learns of it
(汴政办〔2020〕46号第10、11项).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.evaluate import model_of, run_model
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.ledger import LedgerEvent
from xinheng.store.outbox import enqueue
from xinheng.store.records import Record
from xinheng.store.scores import EvaluationRun

AT_ONCE = 200_000
"""Records up to which the officer waits for the result."""
ORDERED, RUN, REFUSED = "evaluation.ordered", "evaluation.run", "evaluation.refused"
LOOKED_BACK = 5_000
"""Events of the ledger among which the last order is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """``publish``: the results replace those that the public sees."""

    model: str
    as_of: date
    publish: bool


def order_run(
    order: Order, *, actor: User, policy: Policy, now: datetime, today: date
) -> EvaluationRun | None:
    """The run, or None where the worker will make it. Raises Refusal as ``run_model`` does, and M20 for a day to come."""
    model = model_of(policy, order.model)
    if order.as_of > today:
        raise Refusal("M20", "评价的日期不能晚于今天。", advice="请改成今天或以前的日期。")
    if Record.objects.order_by()[: AT_ONCE + 1].count() <= AT_ONCE:
        return carry_out(order, actor=actor, policy=policy, now=now)
    with transaction.atomic():
        note(ORDERED, now=now, actor=actor, object=f"model:{model.id}")
        enqueue(
            "run_evaluation",
            once=f"evaluation:{model.id}:{order.as_of}:{order.publish}",
            model=model.id,
            as_of=order.as_of.isoformat(),
            publish=order.publish,
            actor=actor.pk,
        )
    return None


def carry_out(order: Order, *, actor: User, policy: Policy, now: datetime) -> EvaluationRun:
    """Run it now."""
    return run_model(
        order.model, policy=policy, as_of=order.as_of, actor=actor, now=now, publish=order.publish
    )


def note_refused(order: Order, refusal: Refusal, *, actor: User, now: datetime) -> None:
    """The worker was refused what it was told to run."""
    reason = f"{refusal.message}{refusal.advice}"
    note(REFUSED, now=now, actor=actor, object=f"model:{order.model}", reason=reason)


def past_runs(*, model: str | None, most: int) -> tuple[EvaluationRun, ...]:
    """The newest first. Raises Refusal where nothing was ever run by that model."""
    runs = EvaluationRun.objects.order_by("-pk")
    if model is not None:
        known = EvaluationRun.objects.order_by("model").values_list("model", flat=True).distinct()
        if model not in set(known):
            advice = f"评价过的模型：{'、'.join(known)}。" if known else "还没有任何评价。"
            raise Refusal("M22", f"模型“{model}”还没有评价过。", advice=advice)
        runs = runs.filter(model=model)
    return tuple(runs[:most])


def last_orders() -> tuple[LedgerEvent, ...]:
    """Of each model the last thing that happened to its evaluation, where it was ordered or refused and not yet run;
    the newest first."""
    newest = LedgerEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    recent = LedgerEvent.objects.filter(pk__gt=newest - LOOKED_BACK, kind__in=[ORDERED, RUN, REFUSED])
    last: dict[str, LedgerEvent] = {}
    for event in recent.order_by("-pk"):
        last.setdefault(_model_of(event), event)
    return tuple(event for event in last.values() if event.kind != RUN)


def last_order(model: str | None = None) -> LedgerEvent | None:
    """As last_orders, of one model; None: the newest of any."""
    orders = last_orders()
    wanted = orders if model is None else [event for event in orders if event.object == f"model:{model}"]
    return next(iter(wanted), None)


def _model_of(event: LedgerEvent) -> str:
    """A run names itself in the ledger, orders and refusals name the model."""
    if event.kind != RUN:
        return event.object
    run = EvaluationRun.objects.filter(public_id=event.object.removeprefix("run:"))
    return f"model:{run.values_list('model', flat=True).first() or ''}"
