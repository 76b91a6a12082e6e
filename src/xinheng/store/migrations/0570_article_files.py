from pathlib import Path

import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).resolve().parent.parent / "sql"
GUARDS = (
    "CREATE TRIGGER never_removed BEFORE DELETE ON store_articlefile FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_articlefile"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
)
KINDS = [("pdf", "PDF"), ("jpeg", "JPG"), ("png", "PNG"), ("tiff", "TIFF"), ("ofd", "OFD"), ("docx", "DOCX"), ("xlsx", "XLSX")]
CHECKED = [("unchecked", "未查毒"), ("clean", "未发现病毒"), ("infected", "发现病毒")]


class Migration(migrations.Migration):
    """Pictures and files of content pages, and what anybody may see of them."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("store", "0562_sm2_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArticleFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ("kind", models.CharField(choices=KINDS, max_length=8)),
                ("title", models.CharField(max_length=120)),
                ("width", models.IntegerField(null=True)),
                ("height", models.IntegerField(null=True)),
                ("checked", models.CharField(choices=CHECKED, db_default="unchecked", default="unchecked", max_length=10)),
                ("checked_at", models.DateTimeField(null=True)),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("added_by", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("article", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.article")),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.storedfile")),
                ("removed_by", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(condition=Q(checked="unchecked", removed_at__isnull=True), fields=["id"], name="articlefile_to_check")],
                "constraints": [
                    models.CheckConstraint(condition=~Q(title=""), name="articlefile_says_what_it_shows"),
                    models.CheckConstraint(
                        condition=Q(kind="jpeg", width__isnull=False, height__isnull=False, width__gt=0, height__gt=0)
                        | Q(kind__in=["pdf", "ofd", "docx", "xlsx"], width__isnull=True, height__isnull=True),
                        name="articlefile_picture_or_file",
                    ),
                    models.CheckConstraint(condition=Q(checked__in=["unchecked", "clean", "infected"]), name="articlefile_checked_known"),
                    models.CheckConstraint(
                        condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                        | Q(removed_at__isnull=False, removed_by__isnull=False),
                        name="articlefile_removed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="PublicArticleFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=16)),
                ("article", models.CharField(max_length=16)),
                ("kind", models.CharField(max_length=8)),
                ("title", models.CharField(max_length=120)),
                ("width", models.IntegerField(null=True)),
                ("height", models.IntegerField(null=True)),
                ("checked", models.CharField(max_length=10)),
                ("size", models.BigIntegerField()),
                ("digest", models.CharField(max_length=71)),
            ],
            options={"db_table": "public_article_file", "managed": False},
        ),
        migrations.RunSQL((SQL / "public_article_files.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
