"""Which visits of an organ count towards the ceiling of an enterprise in a year; asked before a draw and before a visit alike.

What was drawn counts from the draw on, and so does a check on a lead that was sent out; a visit that was withdrawn or rightly
declined entered nothing and is none (国办发〔2024〕54号; legal guard G7).
"""

from collections import Counter

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from xinheng.services.merged_files import one_with
from xinheng.store.inspections import DrawnObject
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject
from xinheng.store.visits import NEVER_MADE, Visit


def visits_by_subject(organisation: Organisation, *, year: int) -> Counter[int]:
    """By subject, under whichever of its codes it was visited; who has none is not in it."""
    standing, found = Coalesce("subject__merged_into", "subject_id"), Counter[int]()
    for rows in (_drawn(organisation, year), _led(organisation, year)):
        found.update(dict(rows.values_list(standing).annotate(times=Count("id")).order_by()))
    return found


def visits_so_far(
    organisation: Organisation, subject: Subject, *, year: int, before: DrawnObject | None = None
) -> int:
    """Visits of this organ at this enterprise in the year. ``before``: of the drawn, only those earlier than this one."""
    own = one_with(subject)
    drawn = _drawn(organisation, year).filter(subject__in=own)
    if before is not None:
        drawn = drawn.filter(pk__lt=before.pk)
    return drawn.count() + _led(organisation, year).filter(subject__in=own).count()


def visits_of_year(subject: Subject, *, year: int) -> int:
    """Visits of all organs at this enterprise."""
    own = one_with(subject)
    return (
        _drawn(None, year).filter(subject__in=own).count() + _led(None, year).filter(subject__in=own).count()
    )


def _drawn(organisation: Organisation | None, year: int) -> QuerySet[DrawnObject]:
    drawn = DrawnObject.objects.filter(draw__announcement__plan__year=year)
    drawn = drawn.exclude(visits__case__state__in=NEVER_MADE)
    return drawn.filter(draw__announcement__plan__organisation=organisation) if organisation else drawn


def _led(organisation: Organisation | None, year: int) -> QuerySet[Visit]:
    led = Visit.objects.filter(year=year, drawn__isnull=True).exclude(case__state__in=NEVER_MADE)
    return led.filter(organisation=organisation) if organisation else led
