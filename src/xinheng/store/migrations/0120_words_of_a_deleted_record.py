from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Words of a deleted record go from every version, under whichever subject it was filed."""

    dependencies = [
        ("store", "0110_file_of_subject"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "words_of_a_deleted_record.sql").read_text(encoding="utf-8"),
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
