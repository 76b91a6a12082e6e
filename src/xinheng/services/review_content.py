"""Finds what a review of several enterprises says: what applies to each in the matter, as of its day."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from xinheng.core.measure_rows import Occasion
from xinheng.core.policy import Policy
from xinheng.core.review_reports import PARTS, Reviewed, facts_of, told_of
from xinheng.services.checks_by_key import unknown_on
from xinheng.services.measures_applying import Applies, Line, known, what_applies_to
from xinheng.store.checked_lines import Known
from xinheng.store.organisations import Organisation
from xinheng.store.review_reports import ReviewReport


def reviews() -> QuerySet[ReviewReport]:
    """With what verifying one asks for."""
    return ReviewReport.objects.select_related("content", "organisation", "asked_by", "earlier")


def reviewed(
    subjects: Sequence[Known],
    occasion: Occasion,
    body: Organisation,
    *,
    on: date,
    policy: Policy,
    today: date,
) -> list[Reviewed]:
    """Each enterprise in its order; one that was not known on a past day says so and nothing else."""
    strangers = unknown_on(subjects, on) if on < today else set()
    answers = what_applies_to(subjects, occasion, body, policy=policy, on=on, today=today)
    return [_of(one, then=one.subject.pk not in strangers) for one in answers]


def _of(one: Applies, *, then: bool) -> Reviewed:
    parts = {key: [_words(line) for line in getattr(one, key)] for key in PARTS} if then else {}
    return Reviewed(name=one.subject.name, code=one.subject.code or "", parts=parts, then=then)


def _words(line: Line) -> dict[str, str]:
    return {
        "内容": line.title,
        "依据": line.basis,
        "所依据的记录": line.ground,
        "单位": line.body,
        "起": line.from_on.isoformat() if line.from_on else "",
        "止": line.last_on.isoformat() if line.last_on else "随依据终止",
    }


def facts_now(made: ReviewReport, *, policy: Policy, today: date) -> str:
    """Digest of what a review of the same day would state now; empty where one of them was merged into another."""
    rows = made.subjects.select_related("subject").order_by("place")
    subjects = [one.subject for one in rows]
    if any(one.merged_into_id is not None for one in subjects):
        return ""
    found = reviewed(
        [known(one) for one in subjects],
        Occasion(made.occasion),
        made.asked_by or made.organisation,
        on=made.as_of,
        policy=policy,
        today=today,
    )
    return facts_of(told_of(found, as_of=made.as_of))
