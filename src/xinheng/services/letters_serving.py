"""Registers how letters were served, and lets the clocks that wait for them begin (送达; legal guard G17).

A try may fail and be followed by another; a public notice serves when its days are over. A letter that goes out together
with others (两书同达) is served with them or not at all.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from xinheng.core.letters import newest, version_of
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.procedures import flow_of
from xinheng.core.refusal import Refusal
from xinheng.core.service_proof import Outcome, Try, Way, is_over, judge
from xinheng.services.cases import last_step, start_on_service, take_step
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import StoredFile
from xinheng.store.casework import Case
from xinheng.store.letters import IssuedLetter, ServiceOutcome, ServiceTry

SERVE = "serve"
"""The step by which a flow takes note that the letter of the step before was served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _By:
    """Who registers, under which policy, when."""

    actor: User
    policy: Policy
    now: datetime


@transaction.atomic
def serve(
    public_id: str,
    new: Try,
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    scan: StoredFile | None = None,
) -> ServiceTry:
    """Register a try to serve a letter, and what goes with it. Refusals of ``core.service_proof``; LS1 where a letter that
    must go along was not written, LS4 where it is itself one that goes along."""
    letter, by = _locked(public_id), _By(actor=actor, policy=policy, now=now)
    _refuse_alone(letter)
    today = day_of(now)
    judged = judge(
        new,
        issued_on=letter.issued_on,
        today=today,
        earlier=outcomes_of(letter),
        tries=policy.parameter("letters.failed_tries", on=today),
        announcement=policy.parameter("letters.announcement_days", on=today),
    )
    made = _keep(letter, new, judged.outcome, judged.served_on, by=by, scan=scan)
    for other in _companions(letter, judged.outcome):
        _keep(other, new, judged.outcome, judged.served_on, by=by, scan=scan)
    if judged.outcome is Outcome.SERVED:
        assert judged.served_on is not None
        _begin(letter, on=judged.served_on, way=new.way, by=by)
    return made


@transaction.atomic
def complete_announcement(public_id: str, *, actor: User, policy: Policy, now: datetime) -> ServiceTry:
    """A public notice whose days are over has served its letter. Refusals: LS2 no notice runs, LS3 its days are not over."""
    letter, by = _locked(public_id), _By(actor=actor, policy=policy, now=now)
    posted = letter.tries.filter(outcome=ServiceOutcome.ANNOUNCED).order_by("-sequence").first()
    if posted is None or posted.served_on is None or Outcome.SERVED in outcomes_of(letter):
        raise Refusal("LS2", "这份文书没有在公告送达。", advice="请刷新页面查看送达情况。")
    if not is_over(posted.served_on, today=day_of(now)):
        raise Refusal("LS3", f"公告到{posted.served_on}才期满，还不能登记送达。", advice="请在期满以后登记。")
    new = Try(way=Way.ANNOUNCEMENT, on=posted.on, proof=posted.proof)
    made = _keep(letter, new, Outcome.SERVED, posted.served_on, by=by, scan=posted.file)
    for other in _companions(letter, Outcome.SERVED):
        _keep(other, new, Outcome.SERVED, posted.served_on, by=by, scan=posted.file)
    _begin(letter, on=posted.served_on, way=Way.ANNOUNCEMENT, by=by)
    return made


def outcomes_of(letter: IssuedLetter) -> tuple[Outcome, ...]:
    return tuple(Outcome(one) for one in letter.tries.order_by("sequence").values_list("outcome", flat=True))


def served_on(case: Case, kind: str, *, after: str) -> date | None:
    """The day on which the letter of this kind that followed the last step ``after`` was served; None where it was not."""
    event = last_step(case, after)
    if event is None:
        return None
    letters = IssuedLetter.objects.filter(case=case, kind=kind)
    resting = letters.filter(event=event.sequence) | letters.filter(event=0, issued_at__gte=event.at)
    found = resting.filter(tries__outcome=ServiceOutcome.SERVED).order_by("-pk").first()
    made = found.tries.filter(outcome=ServiceOutcome.SERVED).first() if found else None
    return made.served_on if made else None


def _locked(public_id: str) -> IssuedLetter:
    letter = IssuedLetter.objects.select_related("case__subject").get(public_id=public_id)
    Case.objects.select_for_update().get(pk=letter.case_id)
    return letter


def companions_of(letter: IssuedLetter) -> QuerySet[IssuedLetter]:
    """Letters of the case that are served with this one, oldest first."""
    kinds = version_of(letter.kind, letter.version).together
    return IssuedLetter.objects.filter(case=letter.case_id, kind__in=kinds, pk__gt=_before(letter)).order_by(
        "pk"
    )


def _companions(letter: IssuedLetter, outcome: Outcome) -> list[IssuedLetter]:
    """Those not yet served; a failed try needs none."""
    others, kinds = companions_of(letter), version_of(letter.kind, letter.version).together
    lacking = set(kinds) - set(others.values_list("kind", flat=True))
    if lacking and outcome is not Outcome.FAILED:
        raise Refusal(
            "LS1",
            f"《{letter.title}》须与《{newest(min(lacking)).title}》一并送达，还没有签发后者。",
            advice="请先在同一事项中签发，再登记送达。",
        )
    return list(others.exclude(tries__outcome=ServiceOutcome.SERVED))


def _refuse_alone(letter: IssuedLetter) -> None:
    """Refusal LS4: what goes along with a letter that waits is served with it and by it."""
    waiting = IssuedLetter.objects.filter(case=letter.case_id, pk__lt=letter.pk)
    for other in waiting.exclude(tries__outcome=ServiceOutcome.SERVED).order_by("pk"):
        if letter.kind in version_of(other.kind, other.version).together:
            raise Refusal(
                "LS4",
                f"《{letter.title}》随《{other.title}》（{other.number}）一并送达，不单独登记。",
                citation="国办发〔2025〕22号（两书同达）",
                advice=f"请在《{other.title}》上登记送达，两份文书同时登记。",
            )


def _before(letter: IssuedLetter) -> int:
    """The last letter of the same kind in the case: what went with that one does not count for this one."""
    earlier = IssuedLetter.objects.filter(case=letter.case_id, kind=letter.kind, pk__lt=letter.pk)
    return int(earlier.aggregate(last=Max("pk"))["last"] or 0)


def _keep(
    letter: IssuedLetter,
    new: Try,
    outcome: Outcome,
    served_on: date | None,
    *,
    by: _By,
    scan: StoredFile | None,
) -> ServiceTry:
    row = ServiceTry.objects.create(
        letter=letter,
        sequence=letter.tries.count() + 1,
        way=new.way.value,
        outcome=outcome.value,
        on=new.on,
        served_on=served_on,
        proof=mask_personal(new.proof.strip()).text[:200],
        reason=mask_personal(new.reason.strip()).text[:400],
        file=scan,
        actor=by.actor,
        at=by.now,
    )
    note(
        f"letter.{outcome.value}",
        now=by.now,
        actor=by.actor,
        subject=letter.case.subject.public_id if letter.case.subject else "",
        object=f"letter:{letter.public_id}",
        payload={"way": row.way, "on": row.on.isoformat(), "proof": row.proof},
    )
    return row


def _begin(letter: IssuedLetter, *, on: date, way: Way, by: _By) -> None:
    """The clocks of the step begin; a flow that waits for the service moves on, counted from its day."""
    if not letter.step:
        return
    case = letter.case
    case.refresh_from_db()
    start_on_service(case, letter.step, on=on, policy=by.policy)
    flow = flow_of(case.flow, case.flow_version)
    step = next((one for one in flow.steps if one.verb == letter.step), None)
    waits = step is not None and step.to_state == case.state
    if waits and any(one.verb == SERVE for one in flow.steps_from(case.state)):
        take_step(
            case.public_id,
            SERVE,
            actor=by.actor,
            policy=by.policy,
            now=by.now,
            reason=f"《{letter.title}》（{letter.number}）于{on}{way.label}",
            counted_from=on,
        )
