"""Inspectors, plans and draws. The record of a draw is a document that an outsider verifies on his own."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User
from xinheng.store.batches import StoredFile
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.scores import EvaluationRun
from xinheng.store.subjects import Subject


class Inspector(models.Model):
    """A certified officer. ``recused_from`` are subjects he must not visit; outsiders see the number only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="inspectors")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    certificate_no = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=64)
    lines = ArrayField(models.CharField(max_length=40), default=list)
    division_code = models.CharField(max_length=6, blank=True)
    recused_from = ArrayField(models.CharField(max_length=18), default=list)
    certified_until = models.DateField(null=True)
    max_load = models.PositiveIntegerField(default=60)


class PlanKind(models.TextChoices):
    """The three kinds of check (国办发〔2024〕54号). A plan of kind CASE names one enterprise and is never drawn from."""

    DAILY = "daily", "日常检查"
    CASE = "case", "个案检查"
    SPECIAL = "special", "专项检查"


class Plan(models.Model):
    """An approved plan of checks. Nothing is drawn outside one (legal guard G7).

    ``matter_key`` names an entry of the list of matters; plans older than the list have none. ``object_rule`` is the rule of
    the matter as it stood when the plan was put to the decider, ``scope`` what the plan narrows it to (parts of
    core.inspection_objects); plans older than the rules have no rule.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="plans")
    year = models.IntegerField()
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=PlanKind, default=PlanKind.DAILY, db_default="daily")
    matter_key = models.CharField(max_length=40, blank=True, default="", db_default="")
    matter = models.CharField(max_length=200)
    basis = models.CharField(max_length=300)
    sector = models.CharField(max_length=40, blank=True)
    object_rule = models.JSONField(null=True)
    scope = models.JSONField(default=dict, db_default={})
    case = models.ForeignKey("store.Case", on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(approved_by__isnull=False),
                name="plan_approved_by_somebody",
            ),
            models.CheckConstraint(condition=Q(kind__in=PlanKind.values), name="plan_kind_known"),
        ]


class DrawAnnouncement(models.Model):
    """What was fixed and published before the seed could be known. ``secret`` blinds names; it is sealed.

    ``pool`` is the text of the record's ``objects``; ``members`` says who is behind each key and who was left out at the
    ceiling. Announcements made before pools were kept as files have neither.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="announcements")
    run = models.ForeignKey(EvaluationRun, on_delete=models.PROTECT, related_name="+")
    attempt = models.PositiveIntegerField()
    announced_at = models.DateTimeField()
    announced_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    policy_digest = models.CharField(max_length=71)
    secret = models.BinaryField(max_length=80)
    digest = models.CharField(max_length=71)
    content = models.JSONField()
    inspectors = models.JSONField()
    pool = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    members = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "attempt"], name="announcement_attempt_once")]


class Draw(models.Model):
    """``record`` is the public record (format 1) without the pool, which the announcement's file holds."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    announcement = models.OneToOneField(DrawAnnouncement, on_delete=models.PROTECT, related_name="drawn")
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    population = models.IntegerField()
    drawn = models.IntegerField()
    seed = models.CharField(max_length=71)
    digest = models.CharField(max_length=71)
    record = models.JSONField()


class DrawnObject(models.Model):
    """An enterprise that was drawn, with the inspectors assigned."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="objects_drawn")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    band = models.CharField(max_length=40)
    position = models.IntegerField()
    inspectors = ArrayField(models.CharField(max_length=40))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "subject"], name="drawn_once_a_draw"),
            models.UniqueConstraint(fields=["draw", "position"], name="drawn_position_once"),
        ]
