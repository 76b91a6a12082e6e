"""Special campaigns and their lines: a line is a stored effect that rests on a living record and ends with it.

Internal: no public view, no score, no list and no exchange reads these tables.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.core.campaigns import DONE, LEFT, CampaignField
from xinheng.core.grounds import GroundKind
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.effects import Grounded
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id


class Campaign(models.Model):
    """The plan of one campaign; its steps are those of ``case``. ``until_on`` is the first day after it. ``items``, ``least``,
    ``since_on`` and ``counties`` are the rule by which a machine proposes lines; no county is the whole city."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="campaign")
    field = models.CharField(max_length=12)
    title = models.CharField(max_length=120)
    document_no = models.CharField(max_length=100)
    document_title = models.CharField(max_length=200)
    scope = models.CharField(max_length=1000)
    from_on = models.DateField()
    until_on = models.DateField()
    items = ArrayField(models.SmallIntegerField())
    least = models.SmallIntegerField()
    since_on = models.DateField()
    counties = ArrayField(models.CharField(max_length=6), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(field__in=[field.value for field in CampaignField]), name="campaign_field_known"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(document_no="") & ~Q(document_title="") & ~Q(scope=""),
                name="campaign_says_what_and_on_what",
            ),
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on")), name="campaign_period"),
            models.CheckConstraint(
                condition=Q(least__range=(1, 3)) & Q(items__len__gt=0), name="campaign_rule_whole"
            ),
        ]


class CampaignLine(Grounded):
    """One record of one enterprise in a campaign, taken in by a person with a reason. ``organisation`` recognised the ground;
    ``until_on`` is the first day after the campaign; ``proposed``: a machine had found it by the rule. ``ended_by`` and
    ``end_reason`` where a person ended it."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="lines", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    proposed = models.BooleanField()
    reason = models.CharField(max_length=500)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    taken_at = models.DateTimeField()
    until_on = models.DateField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta(Grounded.Meta):
        abstract = False
        constraints = [
            *Grounded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ground_kind=GroundKind.RECORD.value), name="campaignline_rests_on_record"
            ),
            models.UniqueConstraint(
                fields=["campaign", "ground_key"],
                condition=Q(ended_at__isnull=True),
                name="campaignline_one_open",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="campaignline_says_why"),
            models.CheckConstraint(
                condition=~Q(ended_why__in=[DONE, LEFT]) | Q(ended_by__isnull=False) & ~Q(end_reason=""),
                name="campaignline_end_says_who_and_why",
            ),
        ]
        indexes = [
            *Grounded.Meta.indexes,
            models.Index(fields=["campaign", "id"], name="campaignline_of_campaign"),
            models.Index(fields=["until_on"], condition=Q(ended_at__isnull=True), name="campaignline_to_end"),
        ]
