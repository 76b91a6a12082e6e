"""What is kept of a model besides its versions: trials on history, and what users of its results report back."""

from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id


class ModelTrial(models.Model):
    """A draft of a digest run over the city beside the version in force; ``report`` is what a decider reads.

    ``state``: waiting, running, done or refused; ``progress`` in percent. ``base_digest`` is empty where no version
    is in force. ``as_of`` is the day of the results, ``history_on`` the earlier day whose outcome is known.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="trials")
    digest = models.CharField(max_length=71)
    base_digest = models.CharField(max_length=71, blank=True)
    as_of = models.DateField()
    history_on = models.DateField()
    state = models.CharField(max_length=8, default="waiting")
    progress = models.SmallIntegerField(default=0)
    reason = models.CharField(max_length=1000, blank=True)
    report = models.JSONField(null=True)
    ordered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "running", "done", "refused")),
                name="model_trial_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(report__isnull=False), name="model_trial_has_report"
            ),
        ]
        indexes = [models.Index(fields=["case", "digest"], name="model_trial_of_draft")]


class ModelFeedback(models.Model):
    """What a user of results says of one version of a model; ``verdict`` is fits, fails or wish."""

    model = models.CharField(max_length=80)
    version = models.IntegerField()
    digest = models.CharField(max_length=71)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    use = models.CharField(max_length=100)
    verdict = models.CharField(max_length=8)
    text = models.CharField(max_length=1000)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=("fits", "fails", "wish")), name="model_feedback_verdict_known"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="model_feedback_says_something"),
        ]
        indexes = [models.Index(fields=["model", "-id"], name="model_feedback_of_model")]
