from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The records of which a check tells, by subject; made while others read and write, hence outside a transaction."""

    atomic = False

    dependencies = [
        ("store", "0475_checks_in_systems"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                condition=Q(known_until__isnull=True, item__in=[13, 14, 16]),
                fields=["subject"],
                name="record_told_in_checks",
            ),
        ),
    ]
