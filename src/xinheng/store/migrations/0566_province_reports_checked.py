from django.db import migrations, models
from django.db.models import Q

CHECKED = [("unchecked", "未查毒"), ("clean", "未发现病毒"), ("infected", "发现病毒")]


class Migration(migrations.Migration):
    """What the virus scanner said of a report that came from the province."""

    dependencies = [
        ("store", "0514_arrears"),
    ]

    operations = [
        migrations.AddField(
            model_name="provincerequest",
            name="checked",
            field=models.CharField(
                choices=CHECKED, db_default="unchecked", default="unchecked", max_length=10
            ),
        ),
        migrations.AddField(
            model_name="provincerequest",
            name="checked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="provincerequest",
            constraint=models.CheckConstraint(
                condition=Q(checked__in=["unchecked", "clean", "infected"]),
                name="provincerequest_checked_known",
            ),
        ),
        migrations.AddIndex(
            model_name="provincerequest",
            index=models.Index(
                condition=Q(checked="unchecked", content__isnull=False),
                fields=["id"],
                name="provincerequest_to_check",
            ),
        ),
    ]
