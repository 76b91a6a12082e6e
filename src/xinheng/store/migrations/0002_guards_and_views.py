from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
FILES = (
    "guards.sql",
    "records.sql",
    "scores.sql",
    "attachments.sql",
    "effects.sql",
    "readings.sql",
    "open_tables.sql",
    "public_views.sql",
)


class Migration(migrations.Migration):
    """What the database itself holds to, and the views of the public portal."""

    replaces = [("store", "0002_guards_and_public_views")]

    dependencies = [("store", "0001_tables")]

    operations = [
        migrations.RunSQL((SQL / name).read_text(encoding="utf-8"), migrations.RunSQL.noop) for name in FILES
    ]
