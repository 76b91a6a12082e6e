import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Whose grade it was that a merge files under another subject; none for the subject's own."""

    dependencies = [
        ("store", "0160_two_persons_and_members"),
    ]

    operations = [
        migrations.AddField(
            model_name="givengrade",
            name="earned_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="store.subject",
            ),
        ),
    ]
