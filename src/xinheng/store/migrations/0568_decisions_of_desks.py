import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """What a person at a desk decided after a check, beside what systems say."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("store", "0566_province_reports_checked"),
    ]

    operations = [
        migrations.AlterField(
            model_name="checkdecision",
            name="key",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="store.senderkey",
            ),
        ),
        migrations.AddField(
            model_name="checkdecision",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="checkdecision",
            constraint=models.CheckConstraint(
                condition=Q(key__isnull=False, person__isnull=True)
                | Q(key__isnull=True, person__isnull=False),
                name="checkdecision_by_person_or_system",
            ),
        ),
    ]
