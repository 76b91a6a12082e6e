"""Puts an error of ours right: lifted by two persons, receivers told, correction published, apology served, scores beside.

What was computed with the error stays as it was; what it should have been is computed by the model and the facts of then
and kept beside it (汴政办〔2020〕46号第19项; requirements M10-10, M13-02; legal guards G9, G17).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.masking import mask_personal
from xinheng.core.objection_remedy import LETTER, SHARE, shown_until
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.what_if import Supposition, what_if
from xinheng.services.cases import Opening, ground_of, open_case, take_on_ground, take_step
from xinheng.services.evaluate import facts_known, known_when_given
from xinheng.services.objections_aims import Aimed, aimed, credit_office, stored
from xinheng.services.objections_effects import end_thing
from xinheng.services.rules import remembered_rules
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.effects import Publication
from xinheng.store.endings import Ending, Telling
from xinheng.store.letters import ServiceOutcome, ServiceTry
from xinheng.store.objections import Correction
from xinheng.store.records import Record
from xinheng.store.scores import Score
from xinheng.store.subjects import Subject

KIND = "remedy"
SERIES = "JC"
MOST_SCORES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What seems to be an error: the thing as in ``objections_aims``, and why. ``objection``: number of the case that found
    it, where an enterprise objected."""

    subject: Subject
    reference: str
    reason: str
    objection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said of a lifted error: ``text`` is published where the enterprise wants it."""

    text: str = ""
    publish: bool = False


NO_WORDS = Words()


@transaction.atomic
def find_error(wrong: Wrong, *, actor: User, policy: Policy, now: datetime) -> Case:
    """Open the case. Refusals OB2 where nothing of the kind stands, RM1 where nothing is written, C03 where a case runs."""
    if not wrong.reason.strip():
        raise Refusal("RM1", "没有写明错在哪里。", advice="请写明有误的内容、怎样发现的。")
    thing = aimed(wrong.subject, wrong.reference, policy=policy)
    opening = Opening(
        flow=KIND,
        kind=KIND,
        series=SERIES,
        title=f"{wrong.subject.name}：{thing.aim.label}纠错",
        organisation=thing.source or credit_office(policy),
        subject=wrong.subject,
        ground=_rests_on(thing),
        details={"reference": thing.reference, "words": thing.words, "objection": wrong.objection},
    )
    reason = mask_personal(wrong.reason).text
    return open_case(opening, verb="find", actor=actor, policy=policy, now=now, reason=reason)


def _rests_on(thing: Aimed) -> Ground | None:
    """The ground of the case; a measure alone is led by what it rests on."""
    if thing.ground is not None:
        return thing.ground
    word, _, key = thing.reference.partition(":")
    found = stored(word, int(key)) if word == "measure" else None
    if found is None:
        raise Refusal(
            "RM2",
            "评价结果不能单独纠错。",
            advice="评价有误的，纠正它所依据的记录，或者按异议办理；系统随即重新评价。",
        )
    return found[0].themselves([int(key)])[0].ground


@transaction.atomic
def lift(
    case: Case,
    *,
    text: str,
    publish: bool,
    reason: str,
    actor: User,
    policy: Policy,
    now: datetime,
    seen: int | None = None,
) -> Case:
    """Another person finds that it was an error: it ends with all that rested on it, everyone who received it is told, the
    correction is published if the enterprise wants it. Refusals RM3 no words, and those of the flow."""
    if publish and not text.strip():
        raise Refusal("RM3", "没有写更正声明。", advice="请写明哪项信息有误、从何时到何时、现已解除。")
    taken = take_on_ground(case, "lift", actor=actor, policy=policy, now=now, reason=reason, seen=seen)
    assert case.subject is not None
    today, key = day_of(now), _record_key(case)
    since, scores = _stood_from(case, key), _scores(case.subject, key)
    end_thing(str(case.details["reference"]), case=case, reason=reason, actor=actor, policy=policy, now=now)
    share = policy.parameter(SHARE, on=today).value if publish else None
    Correction.objects.create(
        case=case,
        subject=case.subject,
        lifted=_current(key),
        what=str(case.details["words"]).partition("　")[0][:200],
        text=mask_personal(text.strip() or "（企业不要求公示更正声明）").text[:1000],
        wrong_from=min(since, today),
        wrong_to=today,
        shown_until=shown_until(wrong_from=min(since, today), wrong_to=today, share=share),
        scores=scores,
        decided_by=actor,
        at=now,
    )
    return taken


def lift_objected(
    wrong: Wrong, words: Words, *, found_by: User, actor: User, policy: Policy, now: datetime, reason: str
) -> Case | None:
    """A listing or measure of ours was objected to with right: it is lifted as an error, so that receivers are told, the
    correction may be published, the apology is owed and scores stand beside. None where it has ended meanwhile or its
    error is being dealt with already."""
    try:
        with transaction.atomic():
            case = find_error(wrong, actor=found_by, policy=policy, now=now)
            text, publish = words.text, words.publish
            return lift(case, text=text, publish=publish, reason=reason, actor=actor, policy=policy, now=now)
    except Refusal as refusal:
        if refusal.code in ("OB2", "C03"):
            return None
        raise


def remedy_of(objection: Case) -> Case | None:
    """The case in which an error found by this objection is put right."""
    return Case.objects.filter(
        kind=KIND, subject=objection.subject, details__objection=objection.number
    ).first()


@transaction.atomic
def finish(case: Case, *, reason: str, actor: User, policy: Policy, now: datetime, seen: int | None) -> Case:
    """Refusals: RM4 the apology is not served, RM5 somebody who received the error has not been told."""
    served = ServiceTry.objects.filter(letter__case=case, letter__kind=LETTER, outcome=ServiceOutcome.SERVED)
    if not served.exists():
        raise Refusal("RM4", "道歉信还没有送达。", advice="请在本事项中签发《致歉信》并登记送达后再办结。")
    waiting = [one for one in endings_of(case) if one.spread_at is None]
    untold = Telling.objects.filter(ending__in=endings_of(case), told_at__isnull=True)
    if waiting or untold.exists():
        raise Refusal(
            "RM5", "还有收到过有误信息的单位没有通知到。", advice="请看本页“已通知的单位”，通知到后再办结。"
        )
    return take_step(
        case.public_id, "finish", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )


def endings_of(case: Case) -> QuerySet[Ending]:
    """What ended by this case, with whom it was told to."""
    ground = ground_of(case)
    lifted = case.events.filter(verb="lift").first()
    if ground is None or lifted is None:
        return Ending.objects.none()
    found = Ending.objects.filter(ground_kind=ground.kind.value, ground_key=ground.reference)
    return found.filter(at__gte=lifted.at)


def _record_key(case: Case) -> int | None:
    ground = ground_of(case)
    return ground.reference if ground and ground.kind is GroundKind.RECORD else None


def _current(key: int | None) -> Record | None:
    return Record.objects.filter(record_key=key, known_until__isnull=True).first() if key else None


def _stood_from(case: Case, key: int | None) -> date:
    """Since when the error stood: shown to the public, else known."""
    if key is None:
        word, _, number = str(case.details["reference"]).partition(":")
        found = stored(word, int(number))
        started = getattr(found[1], "from_on", None) if found else None
        return started if isinstance(started, date) else day_of(case.opened_at)
    shown = Publication.objects.filter(record_key=key).order_by("published_at").first()
    first = Record.objects.filter(record_key=key).order_by("known_at").first()
    return day_of(shown.published_at if shown else first.known_at if first else case.opened_at)


def _scores(subject: Subject, key: int | None) -> list[dict[str, Any]]:
    """Each result computed with the wrong record: what it was and what it should have been, by the rules of then."""
    if key is None:
        return []
    versions = set(Record.objects.filter(record_key=key).values_list("pk", flat=True))
    rows = Score.objects.filter(subject=subject, run__trial=False).select_related("run__base")
    lines = (_line(score, subject, versions) for score in rows.order_by("-run_id")[:MOST_SCORES])
    return [line for line in lines if line is not None]


def _line(score: Score, subject: Subject, versions: set[int]) -> dict[str, Any] | None:
    run = score.run
    if run.forgotten_at is not None or not run.treatment_digest:
        return None
    facts = facts_known(subject, at=known_when_given(score, run))
    wrong = [fact.record_id for fact in facts if fact.record_id in versions]
    if not wrong:
        return None
    rules = remembered_rules(run)
    supposed = dict.fromkeys(wrong, Supposition.WITHDRAWN)
    found = what_if(rules.model, facts, supposed, as_of=run.as_of, treatment=rules.treatment)
    return {
        "run": run.public_id,
        "model": rules.model.title,
        "as_of": run.as_of.isoformat(),
        "points": score.points_milli,
        "grade": score.grade,
        "right_points": found.after.points_milli,
        "right_grade": found.after.grade or "",
    }
