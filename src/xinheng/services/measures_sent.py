"""Sends the list of measures to the departments: at each new version, and anew at regular times (动态更新、定期推送).

Every department confirms for itself that it has taken note; who has not is seen by the credit office. How often, and until
when to confirm, is policy (石家庄市（九）、南阳市五（三）; requirements M10-01).
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.measures import MeasureListSent
from xinheng.store.organisations import Organisation, OrganisationKind

EVERY, CONFIRM = "measures.send_list_months", "measures.confirm_list_workdays"


def period_of(on: date, *, months: int) -> date:
    """The first day of the stretch of ``months`` in which a day lies, counted from January."""
    return date(on.year, (on.month - 1) // months * months + 1, 1)


@transaction.atomic
def send_list(*, policy: Policy, now: datetime) -> int:
    """Send the list in force to every department that has not had this version in this stretch of time; returns to how
    many. Where nobody set how often, a version is sent once."""
    today, measures = day_of(now), policy.measures
    every = policy.parameter(EVERY, on=today).value
    term = policy.parameter(CONFIRM, on=today).value
    due = policy.calendar.add_workdays(today, term).on if term is not None else None
    had = MeasureListSent.objects.filter(digest=measures.digest)
    period = period_of(today, months=every) if every else date(today.year, 1, 1)
    if every:
        had = had.filter(period_on=period)
    units = Organisation.objects.filter(kind=OrganisationKind.DEPARTMENT).exclude(
        pk__in=had.values("organisation")
    )
    fresh = list(units.order_by("pk"))
    MeasureListSent.objects.bulk_create(
        [
            MeasureListSent(
                organisation=unit,
                digest=measures.digest,
                edition=measures.edition,
                period_on=period,
                sent_at=now,
                due_on=due,
            )
            for unit in fresh
        ],
        ignore_conflicts=True,
    )
    if fresh:
        note(
            "measure.list_sent",
            now=now,
            object=f"measures:{measures.edition}",
            payload={"digest": measures.digest, "units": len(fresh)},
        )
    return len(fresh)


@transaction.atomic
def confirm_list(public_id: str, *, actor: User, now: datetime) -> MeasureListSent:
    """Somebody of the department has taken note. Refusals: ML1 nothing waits, ML2 not of this department."""
    found = MeasureListSent.objects.select_for_update().filter(public_id=public_id).first()
    if found is None or found.read_at is not None:
        raise Refusal("ML1", "没有待确认的清单，或者已经确认。", advice="请刷新页面。")
    if found.organisation_id != actor.organisation_id:
        raise Refusal("ML2", "清单由收到的部门自己确认。", advice="请转请该部门的人员确认。")
    found.read_by, found.read_at = actor, now
    found.save(update_fields=["read_by", "read_at"])
    note("measure.list_read", now=now, actor=actor, object=f"measures:{found.edition}", payload=found.digest)
    return found


def sent_to(units: Iterable[int]) -> QuerySet[MeasureListSent]:
    """What was sent to these departments, the newest first."""
    rows = MeasureListSent.objects.filter(organisation__in=list(units))
    return rows.select_related("organisation", "read_by").order_by("-pk")
