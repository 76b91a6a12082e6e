"""What befalls a case beside its steps: its clocks are moved, persons are recused, reminders go out, flows are migrated.

Moves and reminders only grow; a request for recusal and a migration are decided once, by another person than asked.
"""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.casework import Case, CaseDeadline
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id


class MoveKind(models.TextChoices):
    SUSPENDED = "suspended", "中止"
    RESUMED = "resumed", "恢复"
    ASKED = "asked", "申请延长"
    EXTENDED = "extended", "延长"
    REFUSED = "refused", "不同意延长"


class DeadlineMove(models.Model):
    """One change that a person made to a clock. ``by`` are units of the clock; ``answers`` is the request decided."""

    deadline = models.ForeignKey(CaseDeadline, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=10, choices=MoveKind.choices)
    on = models.DateField()
    at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=500)
    by = models.IntegerField(default=0)
    before = models.DateField(null=True)
    after = models.DateField(null=True)
    answers = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="answer")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MoveKind.values), name="deadline_move_kind_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="deadline_move_says_why"),
            models.CheckConstraint(
                condition=Q(kind__in=("suspended", "resumed")) | Q(by__gt=0), name="deadline_move_says_by"
            ),
        ]


class Recusal(models.Model):
    """A person who is to stay out of a case. ``asked_by`` is the person concerned, or who wrote down the party's
    request (``by_party``); ``granted`` is None until another person has decided."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="recusals")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by_party = models.BooleanField(default=False)
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    granted = models.BooleanField(null=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="recusal_says_why"),
            models.CheckConstraint(
                condition=Q(granted__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="recusal_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("person")) & ~Q(decided_by=F("asked_by"))),
                name="recusal_by_another",
            ),
            models.CheckConstraint(
                condition=Q(by_party=True) | Q(asked_by=F("person")), name="recusal_declared_by_oneself"
            ),
            models.UniqueConstraint(
                fields=["case", "person"], condition=Q(granted__isnull=True), name="recusal_one_open"
            ),
        ]


class ReminderLevel(models.TextChoices):
    SOON = "soon", "即将到期"
    OVERDUE = "overdue", "逾期，报单位负责人"
    ESCALATED = "escalated", "严重逾期，报信用办"


class CaseReminder(models.Model):
    """A reminder of one due day, once a level. ``organisation`` is the unit whose people are told."""

    deadline = models.ForeignKey(CaseDeadline, on_delete=models.PROTECT, related_name="reminders")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=ReminderLevel.choices)
    due_on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deadline", "level", "due_on"], name="case_reminder_once"),
            models.CheckConstraint(
                condition=Q(level__in=ReminderLevel.values), name="case_reminder_level_known"
            ),
        ]


class LookupLock(models.Model):
    """Wrong codes for one number or from one address, by a keyed digest; known and unknown numbers alike (G13)."""

    key = models.CharField(max_length=76, primary_key=True)
    failures = models.IntegerField(default=0)
    last_failed_at = models.DateTimeField(db_index=True)
    locked_until = models.DateTimeField(null=True)


class FlowMigration(models.Model):
    """Running cases brought to a newer version of their flow, or brought back (``undoes``), by two persons.

    ``plan`` are states, verbs and clocks of the old version with their counterparts; ``digest`` is over the list that
    both persons saw, and ``lines`` is that list.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    flow = models.CharField(max_length=40)
    from_version = models.IntegerField()
    to_version = models.IntegerField()
    plan = models.JSONField()
    lines = models.JSONField()
    digest = models.CharField(max_length=71)
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField()
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    done_at = models.DateTimeField(null=True)
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_by__isnull=True, done_at__isnull=True)
                | (Q(done_by__isnull=False, done_at__isnull=False) & ~Q(done_by=F("proposed_by"))),
                name="flow_migration_two_persons",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="flow_migration_says_why"),
            models.UniqueConstraint(
                fields=["undoes"], condition=Q(done_at__isnull=False), name="flow_migration_undone_once"
            ),
        ]
