from django.db import migrations, models
from django.db.models import Q

BARRED = ["", "remarks", "revisions", "hidden", "named", "unreadable"]
VIEW = """
CREATE OR REPLACE VIEW public_article_file AS
SELECT f.id, f.public_id, a.public_id AS article, f.kind, f.title, f.width, f.height, f.checked, s.size, s.digest
FROM store_articlefile f
JOIN store_article a ON a.id = f.article_id
JOIN store_storedfile s ON s.id = f.file_id
WHERE a.released_at IS NOT NULL AND a.ended_at IS NULL AND f.removed_at IS NULL AND f.checked <> 'infected'
    AND s.destroyed_at IS NULL{};
"""


class Migration(migrations.Migration):
    """Files of articles that nobody looked into for their makers are public no more, and say why where they cannot be cleared."""

    dependencies = [
        ("store", "0596_more_tokens_counted"),
    ]

    operations = [
        migrations.AddField("articlefile", "barred", models.CharField(blank=True, db_default="", default="", max_length=10)),
        migrations.AddConstraint(
            "articlefile",
            models.CheckConstraint(
                condition=Q(barred__in=BARRED) & (Q(barred="") | Q(cleared=False)), name="articlefile_barred_known"
            ),
        ),
        migrations.RunSQL(VIEW.format(" AND f.cleared"), VIEW.format("")),
    ]
