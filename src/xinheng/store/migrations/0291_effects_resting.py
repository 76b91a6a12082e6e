from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """No record or list entry that ended leaves an entry or measure in force."""

    dependencies = [
        ("store", "0290_letters_to_superiors"),
    ]

    operations = [
        migrations.RunSQL((SQL / "effects_resting.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
