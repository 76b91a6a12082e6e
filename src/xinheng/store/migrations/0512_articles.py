from pathlib import Path

import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
GUARDS = (
    "CREATE TRIGGER never_removed BEFORE DELETE ON store_article FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_article FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
)


class Migration(migrations.Migration):
    """Content pages in versions, and what anybody may read of them."""

    dependencies = [
        ("store", "0510_up_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="Article",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16)),
                ("version", models.IntegerField(default=1)),
                ("section", models.CharField(max_length=12)),
                ("title", models.CharField(max_length=120)),
                ("text", models.TextField()),
                ("origin", models.CharField(blank=True, default="", max_length=200)),
                ("county", models.CharField(blank=True, default="", max_length=6)),
                ("day", models.CharField(blank=True, default="", max_length=40)),
                ("written_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, default="", max_length=300)),
                ("ended_by", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("organisation", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation")),
                ("released_by", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("written_by", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("public_id", "version"), name="article_version_once"),
                    models.UniqueConstraint(condition=models.Q(("ended_at__isnull", True), ("released_at__isnull", False)), fields=("public_id",), name="article_one_public"),
                    models.UniqueConstraint(condition=models.Q(("ended_at__isnull", True), ("released_at__isnull", True)), fields=("public_id",), name="article_one_draft"),
                    models.CheckConstraint(condition=models.Q(("section__in", ["policy", "explanation", "case", "news", "day"])), name="article_section_known"),
                    models.CheckConstraint(condition=models.Q(models.Q(("title", ""), _negated=True), models.Q(("text", ""), _negated=True)), name="article_says_something"),
                    models.CheckConstraint(condition=models.Q(models.Q(("released_at__isnull", True), ("released_by__isnull", True)), models.Q(("released_at__isnull", False), ("released_by__isnull", False), models.Q(("released_by", models.F("written_by")), _negated=True)), _connector="OR"), name="article_two_persons"),
                    models.CheckConstraint(condition=models.Q(models.Q(("ended_at__isnull", True), ("ended_by__isnull", True), ("ended_why", "")), models.Q(("ended_at__isnull", False), ("ended_by__isnull", False), models.Q(("ended_why", ""), _negated=True)), _connector="OR"), name="article_ended_with_reason"),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="PublicArticle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=16)),
                ("version", models.IntegerField()),
                ("section", models.CharField(max_length=12)),
                ("title", models.CharField(max_length=120)),
                ("text", models.TextField()),
                ("origin", models.CharField(max_length=200)),
                ("county", models.CharField(max_length=6)),
                ("day", models.CharField(max_length=40)),
                ("organisation", models.CharField(max_length=120, null=True)),
                ("first_at", models.DateTimeField()),
                ("released_at", models.DateTimeField()),
            ],
            options={"db_table": "public_article", "managed": False},
        ),
        migrations.RunSQL((SQL / "public_articles.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
