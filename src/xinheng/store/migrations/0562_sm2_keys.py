from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Keys of SM2 stand beside those of P-256, one of a curve and a sort in use."""

    dependencies = [
        ("store", "0568_decisions_of_desks"),
    ]

    operations = [
        migrations.AddField(
            model_name="signingkey",
            name="curve",
            field=models.CharField(
                choices=[("p256", "P-256"), ("sm2", "SM2")], db_default="p256", default="p256", max_length=4
            ),
        ),
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.UniqueConstraint(
                models.F("curve"),
                models.F("development"),
                condition=Q(retired_at__isnull=True),
                name="signing_key_one_of_a_curve_and_sort",
            ),
        ),
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.CheckConstraint(
                condition=Q(curve__in=["p256", "sm2"]), name="signing_key_curve_known"
            ),
        ),
        migrations.RemoveConstraint(model_name="signingkey", name="signing_key_one_of_a_sort"),
    ]
