"""The yearly classification of a field as published: how many of each grade in each county, and nobody by name
(宛政办〔2020〕17号四（四）; legal guards G1, G4)."""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.scores import EvaluationRun


class Classification(models.Model):
    """``counts``: rows of county (division code), counts by grade and the number of 个体工商户, who have no grade here.

    Drawn up from a published run in force, published by another person, written once but for the publication.
    """

    model = models.CharField(max_length=80)
    year = models.IntegerField()
    run = models.ForeignKey(EvaluationRun, on_delete=models.PROTECT, related_name="+", db_index=False)
    as_of = models.DateField()
    counts = models.JSONField()
    digest = models.CharField(max_length=71)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["model", "year"],
                condition=Q(published_at__isnull=False),
                name="classification_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False) & ~Q(published_by=F("made_by")),
                name="classification_published_by_another",
            ),
        ]
