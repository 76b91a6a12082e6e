"""What the nightly trials found of the points table in force, day by day: whether it still holds.

A trial is found again by whoever looks at the same visits; it is kept so that an alarm does not pass before somebody has read it
(docs/decisions/planning.md).
"""

from django.db import models

from xinheng.store.policy_versions import PolicyVersion


class RiskWatch(models.Model):
    """``trial`` as services.risk_trial writes it; one a table and day."""

    version = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="watches", db_index=False
    )
    on = models.DateField()
    trial = models.JSONField()
    tried_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "on"], name="riskwatch_once_a_day")]
