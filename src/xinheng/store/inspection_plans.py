"""What hangs on a plan of checks: its batches, its filing with the upper office, and the check of one named enterprise
that no draw chose (个案), with those who were told of it (国办发〔2024〕54号; legal guard G7)."""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.inspections import Plan
from xinheng.store.subjects import Subject


class PlanBatch(models.Model):
    """One batch: what it takes in, how many visits are planned, and its first and last day."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="batches", db_index=False)
    position = models.PositiveSmallIntegerField()
    scope = models.CharField(max_length=300)
    planned = models.PositiveIntegerField()
    from_on = models.DateField()
    until_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="planbatch_place_once"),
            models.CheckConstraint(condition=~Q(scope="") & Q(planned__gt=0), name="planbatch_says_how_many"),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="planbatch_period"),
        ]


class PlanFiling(models.Model):
    """An approved plan as filed with the upper office (备案). Written once."""

    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="filing")
    filed_with = models.CharField(max_length=120)
    number = models.CharField(max_length=100)
    filed_on = models.DateField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(filed_with="") & ~Q(number=""), name="planfiling_whole")
        ]


class CaseCheck(models.Model):
    """The check of one enterprise outside a draw. In an emergency it begins on the word of a second person (``begun_by``)
    and its paper is approved afterwards, by ``paper_due_on`` where the term is known."""

    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="case_check")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    explanation = models.CharField(max_length=500)
    emergency = models.BooleanField()
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    begun_at = models.DateTimeField(null=True)
    paper_due_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason="") & ~Q(explanation=""), name="casecheck_says_why"),
            models.CheckConstraint(
                condition=Q(begun_at__isnull=True, begun_by__isnull=True, paper_due_on__isnull=True)
                | Q(begun_at__isnull=False, begun_by__isnull=False, emergency=True),
                name="casecheck_begins_early_in_an_emergency",
            ),
        ]


class OversightOccasion(models.TextChoices):
    """Of what 执法监督 is told."""

    BEGUN = "begun", "紧急检查已开始，审批待补办"
    APPROVED = "approved", "个案检查已批准"


class OversightNotice(models.Model):
    """That an office was told of a check outside the draws; ``seen_at`` once it has taken note."""

    check_of = models.ForeignKey(
        CaseCheck, on_delete=models.PROTECT, related_name="oversight", db_index=False
    )
    occasion = models.CharField(max_length=12, choices=OversightOccasion)
    told_to = models.CharField(max_length=120)
    told_at = models.DateTimeField()
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_of", "occasion", "told_to"], name="oversight_told_once"),
            models.CheckConstraint(
                condition=Q(occasion__in=OversightOccasion.values), name="oversight_occasion_known"
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="oversight_seen_by_somebody",
            ),
        ]
