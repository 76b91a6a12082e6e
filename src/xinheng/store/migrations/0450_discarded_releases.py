import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A release of a list that was never released may be discarded with a reason, and its period compiled again."""

    dependencies = [
        ("store", "0440_measure_cases"),
    ]

    operations = [
        migrations.AddField(
            model_name="listrelease",
            name="discarded_by",
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(model_name="listrelease", name="discarded_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="listrelease",
            name="discard_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=400),
        ),
        migrations.RemoveConstraint(model_name="listrelease", name="listrelease_once_a_period"),
        migrations.AddConstraint(
            model_name="listrelease",
            constraint=models.UniqueConstraint(
                condition=Q(discarded_at__isnull=True),
                fields=("organisation", "list_key", "period"),
                name="listrelease_once_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="listrelease",
            constraint=models.CheckConstraint(
                condition=Q(discarded_by__isnull=True, discarded_at__isnull=True, discard_reason="")
                | (
                    Q(discarded_by__isnull=False, discarded_at__isnull=False, released_at__isnull=True)
                    & ~Q(discard_reason="")
                ),
                name="listrelease_discarded_says_why",
            ),
        ),
    ]
