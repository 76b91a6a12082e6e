from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Keys with which checks are tried out on made-up enterprises."""

    dependencies = [
        ("store", "0480_open_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="senderkey",
            name="sandbox",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="senderkey",
            constraint=models.CheckConstraint(
                condition=Q(sandbox=False) | Q(grant__isnull=False), name="sender_key_tries_by_a_grant"
            ),
        ),
    ]
