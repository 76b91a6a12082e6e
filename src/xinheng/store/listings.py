"""Who stands on a list, which lists were released when, and the rules of the place that made lists or measures.

An entry is a stored effect: it rests on a living record, names the decision of two persons, and ends with either.
Focus entries are internal and steer supervision only (国办发〔2020〕49号; legal guards G3, G11, G16).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.core.grounds import GroundKind
from xinheng.core.lists import ListKind
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.effects import Grounded
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id


class ListEntry(Grounded):
    """One subject on one list. ``record_key``: the record by which the listing stands in the file and on public pages;
    none for a focus list. ``until_on`` is the first day off the list, ``early_on`` the first day on which leaving early
    may be applied for."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    list_key = models.CharField(max_length=60)
    kind = models.CharField(max_length=12)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="list_entry")
    record_key = models.BigIntegerField(null=True, db_index=True)
    seriousness = models.SmallIntegerField(default=0)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    early_on = models.DateField(null=True)
    entered_at = models.DateTimeField()

    class Meta(Grounded.Meta):
        abstract = False
        constraints = [
            *Grounded.Meta.constraints,
            models.UniqueConstraint(
                fields=["subject", "list_key"], condition=Q(ended_at__isnull=True), name="listentry_one_open"
            ),
            models.CheckConstraint(condition=~Q(proposed_by=F("decided_by")), name="listentry_two_persons"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ListKind]), name="listentry_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(ground_kind__in=[GroundKind.RECORD.value, GroundKind.DECISION.value]),
                name="listentry_rests_on_decision",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ListKind.SERIOUS.value)
                | Q(record_key__isnull=False, until_on__isnull=False),
                name="listentry_serious_has_term",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ListKind.FOCUS.value) | Q(record_key__isnull=True),
                name="listentry_focus_is_internal",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="listentry_period"
            ),
        ]
        indexes = [
            *Grounded.Meta.indexes,
            models.Index(fields=["until_on"], condition=Q(ended_at__isnull=True), name="listentry_to_end"),
            models.Index(
                fields=["list_key", "-id"], condition=Q(ended_at__isnull=True), name="listentry_of_list"
            ),
        ]


class ListRelease(models.Model):
    """One regular release of a list (定期发布). ``entries`` are those that stood when a second person released it; who
    has left since is left out wherever the release is shown. One that was never released may be discarded, with a reason."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    list_key = models.CharField(max_length=60)
    period = models.CharField(max_length=20)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    released_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    released_at = models.DateTimeField(null=True)
    entries = ArrayField(models.BigIntegerField(), default=list)
    digest = models.CharField(max_length=71, blank=True)
    discarded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    discarded_at = models.DateTimeField(null=True)
    discard_reason = models.CharField(max_length=400, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "list_key", "period"],
                condition=Q(discarded_at__isnull=True),
                name="listrelease_once_a_period",
            ),
            models.CheckConstraint(
                condition=Q(discarded_by__isnull=True, discarded_at__isnull=True, discard_reason="")
                | (
                    Q(discarded_by__isnull=False, discarded_at__isnull=False, released_at__isnull=True)
                    & ~Q(discard_reason="")
                ),
                name="listrelease_discarded_says_why",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True, released_at__isnull=True, digest="")
                | (Q(released_by__isnull=False, released_at__isnull=False) & ~Q(digest="")),
                name="listrelease_whole",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("made_by")),
                name="listrelease_two_persons",
            ),
        ]


class RuleState(models.TextChoices):
    """What a person found a rule of the place to be, and what became of it."""

    OPEN = "open", "待评估"
    FITS = "fits", "符合"
    EXCEEDS = "exceeds", "超出国家规定，待清理"
    AMENDED = "amended", "已修订"
    REPEALED = "repealed", "已废止"


class LocalRule(models.Model):
    """A rule of the place that makes a list or a measure. ``sets`` is the list or measure in its own words; ``finding``
    is the assessment of ``assessed_by``, never a machine's."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    title = models.CharField(max_length=200)
    document_no = models.CharField(max_length=100)
    issuer = models.CharField(max_length=120)
    issued_on = models.DateField(null=True)
    rank = models.CharField(max_length=32)
    about = models.CharField(max_length=8)
    sets = models.CharField(max_length=200)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RuleState, default=RuleState.OPEN)
    finding = models.CharField(max_length=500, blank=True)
    assessed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    assessed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document_no", "about", "sets"], name="localrule_once"),
            models.CheckConstraint(condition=Q(about__in=["list", "measure"]), name="localrule_about_known"),
            models.CheckConstraint(condition=Q(state__in=RuleState.values), name="localrule_state_known"),
            models.CheckConstraint(
                condition=Q(state=RuleState.OPEN.value)
                | (Q(assessed_by__isnull=False, assessed_at__isnull=False) & ~Q(finding="")),
                name="localrule_assessed_by_somebody",
            ),
        ]
