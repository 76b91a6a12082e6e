from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
BACK = """
DROP VIEW public_search_often;
DROP FUNCTION store_tokens_often();
DROP VIEW public_search;
CREATE VIEW public_search AS SELECT subject_id, tokens FROM store_subjectsearch;
"""


class Migration(migrations.Migration):
    """Which search tokens stand in many names, and the place of an enterprise in long results: views alone, no row is written."""

    dependencies = [
        ("store", "0002_guards_and_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicSearchOften",
            fields=[
                ("token", models.TextField(primary_key=True, serialize=False)),
                ("names", models.BigIntegerField()),
            ],
            options={"db_table": "public_search_often", "managed": False},
        ),
        migrations.RunSQL((SQL / "public_search.sql").read_text(encoding="utf-8"), BACK),
    ]
