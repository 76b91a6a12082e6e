from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The index by which checks find records holds what they ask of them, so that the records themselves are not read; made
    while others read and write, hence outside a transaction."""

    atomic = False

    dependencies = [
        ("store", "0570_article_files"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                condition=Q(known_until__isnull=True, item__in=[13, 14, 16]),
                fields=["subject"],
                include=["id", "record_key", "decided_on", "valid_from", "valid_to", "item", "state", "finality"],
                name="record_answering_checks",
            ),
        ),
        RemoveIndexConcurrently(model_name="record", name="record_told_in_checks"),
    ]
