"""Who spoke for which organ in a draw, and the secret words of each until they are public with the record.

No row is changed: a commitment that was computed here and a secret that was revealed are two rows. The words are sealed with
the key of the installation until the draw is made (《优化营商环境条例》第五十四条; docs/draw.md).
"""

from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User
from xinheng.store.inspections import DrawAnnouncement, Plan


class DrawSecret(models.Model):
    """Without ``announcement`` and ``words`` only the commitment to them was computed here, and they were not kept."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="secrets")
    announcement = models.ForeignKey(
        DrawAnnouncement, on_delete=models.PROTECT, null=True, related_name="secrets", db_index=False
    )
    party = models.CharField(max_length=100)
    commitment = models.CharField(max_length=71)
    words = models.BinaryField(null=True)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["announcement", "party"], name="drawsecret_revealed_once"),
            models.UniqueConstraint(fields=["announcement", "given_by"], name="drawsecret_one_a_person"),
            models.CheckConstraint(condition=~Q(party=""), name="drawsecret_names_its_party"),
            models.CheckConstraint(
                condition=Q(announcement__isnull=True, words__isnull=True)
                | Q(announcement__isnull=False, words__isnull=False),
                name="drawsecret_reveals_words",
            ),
        ]
