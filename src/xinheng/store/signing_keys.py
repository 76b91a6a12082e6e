"""Keys with which letters were signed, one of a curve and a sort in use. The private half is sealed and goes when the key is put out of use;
the certificate stays, so that what it signed can be verified for ever.
"""

from django.db import models
from django.db.models import Q


class Curve(models.TextChoices):
    """P256 signs everything; SM2 signs beside it."""

    P256 = "p256", "P-256"
    SM2 = "sm2", "SM2"


class SigningKey(models.Model):
    """``id_digest`` names the public key; ``development``: made by the system itself, of no legal force."""

    id_digest = models.CharField(max_length=71, unique=True)
    curve = models.CharField(
        max_length=4, choices=Curve, default=Curve.P256.value, db_default=Curve.P256.value
    )
    certificate = models.BinaryField()
    sealed = models.BinaryField(null=True)
    development = models.BooleanField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed__isnull=False, retired_at__isnull=True)
                | Q(sealed__isnull=True, retired_at__isnull=False),
                name="signing_key_sealed_while_in_use",
            ),
            models.UniqueConstraint(
                "curve",
                "development",
                condition=Q(retired_at__isnull=True),
                name="signing_key_one_of_a_curve_and_sort",
            ),
            models.CheckConstraint(condition=Q(curve__in=["p256", "sm2"]), name="signing_key_curve_known"),
        ]
