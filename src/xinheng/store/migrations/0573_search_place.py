import django.db.models.fields
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The order in which long results of the search are walked; made while others read and write, hence outside a transaction."""

    atomic = False

    dependencies = [
        ("store", "0572_tokens_often"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="subjectsearch",
            index=models.Index(
                models.Func(
                    models.F("subject"),
                    output_field=django.db.models.fields.BigIntegerField(),
                    template="((%(expressions)s & 2147483647) * 2654435761 & 4294967295)",
                ),
                name="subject_search_place",
            ),
        ),
    ]
