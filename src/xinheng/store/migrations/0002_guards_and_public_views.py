from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Append-only triggers and the views of the public portal."""

    dependencies = [("store", "0001_first")]
    operations = [
        migrations.RunSQL((SQL / "guards.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "public_views.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
