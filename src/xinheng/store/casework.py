"""Every procedure is a case: one case table, one event table, deadlines in work-days.

A case pins the version of the flow it began with; what differs between procedures stands in ``details``.
"""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.enterprises import EnterpriseAccount
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject


class Case(models.Model):
    """``version`` is the row version: a verb that saw an older one is refused. ``ground`` is what it was opened on
    (``record:12``); while it runs no second case of its kind and subject has the same. ``handler`` is the officer who
    took the last step that needs no second person: who approves or decides does not become it."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    number = models.CharField(max_length=40, unique=True)
    secret_digest = models.CharField(max_length=71, blank=True)
    kind = models.CharField(max_length=24)
    flow = models.CharField(max_length=40)
    flow_version = models.IntegerField()
    state = models.CharField(max_length=24)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cases")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="cases")
    title = models.CharField(max_length=200)
    details = models.JSONField(default=dict)
    ground = models.CharField(max_length=60, blank=True, default="", db_default="")
    handler = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "ground"],
                condition=Q(closed_at__isnull=True) & ~Q(ground=""),
                name="case_one_open_a_ground",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "kind", "id"],
                condition=Q(closed_at__isnull=True),
                name="case_open_desk",
            ),
            models.Index(
                fields=["kind", "state", "id"], condition=Q(closed_at__isnull=True), name="case_open_state"
            ),
            models.Index(
                fields=["organisation", "kind", "state", "id"],
                condition=Q(closed_at__isnull=True),
                name="case_open_unit_state",
            ),
            models.Index(
                fields=["handler", "id"], condition=Q(closed_at__isnull=True), name="case_open_mine"
            ),
        ]


class CaseEvent(models.Model):
    """One step of a case: who took it, from which state to which, and why. ``account``: where somebody of an enterprise
    took it; neither is the clock."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    sequence = models.IntegerField()
    at = models.DateTimeField()
    verb = models.CharField(max_length=24)
    from_state = models.CharField(max_length=24)
    to_state = models.CharField(max_length=24)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(
        EnterpriseAccount, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=1000, blank=True)
    ground = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "sequence"], name="case_event_sequence"),
            models.CheckConstraint(
                condition=Q(actor__isnull=True) | Q(account__isnull=True), name="case_event_one_side"
            ),
        ]

    @property
    def taken_by(self) -> int | None:
        """The number of who took it: accounts of enterprises lie below zero, so that none is ever a user's."""
        return self.actor_id if self.account_id is None else -self.account_id

    @property
    def who(self) -> str:
        """Whom pages and papers name."""
        if self.actor is not None:
            return self.actor.display_name
        return "系统" if self.account_id is None else "企业一方"


class CaseDeadline(models.Model):
    """A running or ended clock of a case; remembers the calendar it was computed with. ``organisation`` is that of the
    case, for lists by due day; ``extended`` counts extensions."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deadlines")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    key = models.CharField(max_length=60)
    started_on = models.DateField()
    due_on = models.DateField(null=True)
    provisional = models.BooleanField(default=False)
    calendar_version = models.CharField(max_length=71)
    count = models.IntegerField(null=True)
    unit = models.CharField(max_length=8, default="workday")
    suspended_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    extended = models.IntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key"], condition=Q(ended_on__isnull=True), name="case_deadline_one_running"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="case_deadline_period",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"], condition=Q(ended_on__isnull=True), name="case_deadline_by_day"
            ),
            models.Index(
                fields=["organisation", "due_on", "id"],
                condition=Q(ended_on__isnull=True),
                name="case_deadline_of_unit",
            ),
        ]


class NumberSeries(models.Model):
    """Gap-free counters for case numbers, by series and year."""

    series = models.CharField(max_length=20)
    year = models.IntegerField()
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="number_series_once")]


def next_in(series: str, *, year: int) -> int:
    """The next number of a series; a transaction that is undone gives it back."""
    row, _ = NumberSeries.objects.select_for_update().get_or_create(series=series, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last
