"""Enterprises on whom an incentive lies that lowers how often they are drawn, as the policy of their field says.

The incentive counts for the organ that gave it and for those that were asked to act on it; it ends with its ground, and with it
the lower ratio from the next announcement on (《河南省社会信用条例》第三十条; 国发〔2016〕33号).
"""

from collections.abc import Collection
from datetime import date

from django.db.models import Q
from django.db.models.functions import Coalesce

from xinheng.core.measure_rows import MeasureGroup
from xinheng.services.measures_ending import in_force
from xinheng.services.measures_tasks import counting_for
from xinheng.store.organisations import Organisation


def eased_subjects(measures: Collection[str], organisation: Organisation, *, on: date) -> frozenset[int]:
    """Subjects, as they stand now, on whom one of these incentives lies for the organ on a day."""
    if not measures:
        return frozenset()
    counted = Q(organisation=organisation) | Q(pk__in=counting_for(organisation).values("measure"))
    lying = in_force(on=on).filter(counted, measure__in=measures, group=MeasureGroup.INCENTIVE.value)
    return frozenset(lying.values_list(Coalesce("subject__merged_into", "subject_id"), flat=True))
