from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The public view of names answers for a few subjects along indexes, merged ones as well."""

    dependencies = [
        ("store", "0410_substitutes"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "public_names.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
