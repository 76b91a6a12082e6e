"""Measures that lie on enterprises, the departments asked to act, what they reported, and reviews of fair competition.

A measure is a stored effect: it rests on a record, decision or list entry and ends with it (store.effects). Who was asked
to act, and who was told to stop, stands beside it with term and answer (发起—响应—反馈).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.core.measure_rows import BanField, MeasureGroup, Occasion
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.effects import Grounded
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id


class MeasureApplied(Grounded):
    """One measure on one enterprise, in force from ``from_on``. ``until_on`` is the first day without it, empty where it
    lasts as long as its ground; ``ban`` and ``field`` are those of a market or industry ban. ``measure`` with ``edition``
    and ``policy_digest`` names the row of the list under which it was decided."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    decision = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="measures")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    group = models.SmallIntegerField()
    edition = models.CharField(max_length=20)
    policy_digest = models.CharField(max_length=71)
    occasions = ArrayField(models.CharField(max_length=16))
    basis = models.CharField(max_length=400)
    ban = models.CharField(max_length=60, blank=True)
    field = models.CharField(max_length=20, blank=True)
    permanent = models.BooleanField(default=False)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    reason = models.CharField(max_length=1000)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    applied_at = models.DateTimeField()

    class Meta(Grounded.Meta):
        abstract = False
        constraints = [
            *Grounded.Meta.constraints,
            models.UniqueConstraint(
                fields=["subject", "measure", "ban", "ground_kind", "ground_key", "organisation"],
                condition=Q(ended_at__isnull=True),
                name="measure_once_a_ground",
            ),
            models.CheckConstraint(condition=~Q(proposed_by=F("decided_by")), name="measure_two_persons"),
            models.CheckConstraint(
                condition=Q(group__in=[group.value for group in MeasureGroup]), name="measure_group_known"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="measure_period"
            ),
            models.CheckConstraint(
                condition=Q(ban="", field="", permanent=False)
                | ~Q(ban="")
                & Q(field__in=[field.value for field in BanField])
                & (Q(permanent=True, until_on__isnull=True) | Q(permanent=False, until_on__isnull=False)),
                name="measure_ban_has_term",
            ),
            models.CheckConstraint(
                condition=Q(occasions__contained_by=[one.value for one in Occasion]) & ~Q(occasions=[]),
                name="measure_occasions_known",
            ),
            models.CheckConstraint(condition=~Q(basis="") & ~Q(reason=""), name="measure_says_why"),
        ]
        indexes = [
            *Grounded.Meta.indexes,
            models.Index(fields=["until_on"], condition=Q(ended_at__isnull=True), name="measure_to_end"),
            models.Index(
                fields=["organisation", "-id"], condition=Q(ended_at__isnull=True), name="measure_of_body"
            ),
        ]


class TaskKind(models.TextChoices):
    APPLY = "apply", "响应执行"
    STOP = "stop", "停止执行"


class TaskAnswer(models.TextChoices):
    """``elsewhere``: the department has no matter in which the measure could apply; ``wrong``: it holds the measure for
    unlawful or mistaken and asks for a review."""

    DONE = "done", "已办理"
    ELSEWHERE = "elsewhere", "本单位无相关事项"
    WRONG = "wrong", "认为措施有误"


class MeasureTask(models.Model):
    """One department, or one receiver outside, asked to act on a measure or to stop, with term and answer.

    ``due_on`` is empty while the term is 待确认. The tasks of stopping are the acknowledgement list of an ended measure.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    measure = models.ForeignKey(MeasureApplied, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=8, choices=TaskKind)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    recipient = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    provisional = models.BooleanField(default=False)
    answer = models.CharField(max_length=10, choices=TaskAnswer, blank=True)
    note = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "kind", "organisation", "recipient"],
                name="measuretask_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(kind__in=TaskKind.values), name="measuretask_kind_known"),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, recipient="")
                | Q(organisation__isnull=True) & ~Q(recipient=""),
                name="measuretask_one_receiver",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | Q(answer__in=TaskAnswer.values, answered_by__isnull=False, answered_at__isnull=False),
                name="measuretask_answer_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "due_on"], condition=Q(answer=""), name="measuretask_waiting"
            ),
        ]


class UseOutcome(models.TextChoices):
    LIMITED = "limited", "依法限制或从严办理"
    GRANTED = "granted", "给予便利或优待"
    PERFORMED = "performed", "企业因此履行了义务"
    NOT_MET = "not_met", "核查后不适用"


class MeasureUse(models.Model):
    """One use of a measure in a matter, as the department reports it. ``text`` is the case in words without any name,
    where it is offered as a typical one; a second person accepts or refuses it."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    measure = models.ForeignKey(MeasureApplied, on_delete=models.PROTECT, related_name="uses")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    occasion = models.CharField(max_length=16)
    acted_on = models.DateField()
    outcome = models.CharField(max_length=10, choices=UseOutcome)
    what = models.CharField(max_length=500)
    text = models.CharField(max_length=2000, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    accepted = models.BooleanField(null=True)
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reviewed_at = models.DateTimeField(null=True)
    review = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=UseOutcome.values), name="measureuse_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(occasion__in=[one.value for one in Occasion]) & ~Q(what=""),
                name="measureuse_says_what",
            ),
            models.CheckConstraint(
                condition=Q(accepted__isnull=True, reviewed_by__isnull=True, reviewed_at__isnull=True)
                | Q(accepted__isnull=False, reviewed_by__isnull=False, reviewed_at__isnull=False)
                & ~Q(reviewed_by=F("entered_by"))
                & ~Q(review="")
                & ~Q(text=""),
                name="measureuse_reviewed_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(accepted__isnull=True) & ~Q(text=""),
                name="measureuse_to_review",
            ),
        ]


class ReviewResult(models.TextChoices):
    CLEAN = "clean", "不具有排除、限制竞争效果"
    EXCEPTION = "exception", "符合例外规定，可以出台"
    BLOCKED = "blocked", "具有排除、限制竞争效果，不得出台"


class FairReview(models.Model):
    """A fair-competition review of one positive measure, confirmed by another person (公平竞争审查). ``row_digest`` names
    the row as it was reviewed: a changed row needs a new review."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    measure = models.CharField(max_length=60)
    row_digest = models.CharField(max_length=71)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    document_no = models.CharField(max_length=100)
    reviewed_on = models.DateField()
    result = models.CharField(max_length=10, choices=ReviewResult)
    opinion = models.CharField(max_length=1000)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "row_digest", "organisation"], name="fairreview_once_a_row"
            ),
            models.CheckConstraint(
                condition=Q(result__in=ReviewResult.values) & ~Q(opinion="") & ~Q(document_no=""),
                name="fairreview_says_what",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                & ~Q(confirmed_by=F("entered_by")),
                name="fairreview_two_persons",
            ),
        ]


class MeasureHandout(models.Model):
    """What was given of the public part to an association, bank or medium: the measures by number, for its retraction."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    recipient = models.CharField(max_length=120)
    purpose = models.CharField(max_length=200)
    measures = ArrayField(models.BigIntegerField())
    digest = models.CharField(max_length=71)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(recipient="") & ~Q(purpose=""), name="measurehandout_says_whom"
            ),
        ]


class MeasureListSent(models.Model):
    """The list of measures sent to a department: at each new version and at regular times (定期推送). ``digest`` and
    ``edition`` name the list, ``period_on`` the first day of the stretch of time it was sent in; the department confirms."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=71)
    edition = models.CharField(max_length=20)
    period_on = models.DateField()
    sent_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "digest", "period_on"], name="measurelistsent_once_a_period"
            ),
            models.CheckConstraint(
                condition=Q(read_by__isnull=True, read_at__isnull=True)
                | Q(read_by__isnull=False, read_at__isnull=False),
                name="measurelistsent_read_by_somebody",
            ),
        ]


class IncentiveReview(models.Model):
    """Whether an incentive is still deserved, looked at once a year: one person reviews, another confirms. ``keep`` false
    proposes its end; ``confirmed`` false: the other person did not agree, and it is reviewed anew."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    measure = models.ForeignKey(
        MeasureApplied, on_delete=models.PROTECT, related_name="reviews", db_index=False
    )
    keep = models.BooleanField()
    finding = models.CharField(max_length=1000)
    due_on = models.DateField()
    reviewed_on = models.DateField()
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    reviewed_at = models.DateTimeField()
    confirmed = models.BooleanField(null=True)
    confirmed_why = models.CharField(max_length=500, blank=True)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(finding=""), name="incentivereview_says_what"),
            models.CheckConstraint(
                condition=Q(confirmed__isnull=True, confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed__isnull=False, confirmed_by__isnull=False, confirmed_at__isnull=False)
                & ~Q(confirmed_by=F("reviewed_by"))
                & (Q(confirmed=True) | ~Q(confirmed_why="")),
                name="incentivereview_two_persons",
            ),
            models.UniqueConstraint(
                fields=["measure"], condition=Q(confirmed__isnull=True), name="incentivereview_one_open"
            ),
        ]
        indexes = [models.Index(fields=["measure", "-reviewed_on"], name="incentivereview_of_measure")]
