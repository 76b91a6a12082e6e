from typing import Any

from django.db import migrations

PAGES = 400
"""Pages of the table in one statement, some 7,000 names: below the seconds that a statement may take."""

CUT = """
UPDATE store_subjectsearch kept SET tokens = kept.tokens || array(
    SELECT DISTINCT l.token || substr(r.token, 5)
    FROM unnest(kept.tokens) l(token) JOIN unnest(kept.tokens) r(token) ON substr(r.token, 4, 1) = substr(l.token, 5)
    WHERE l.token LIKE 'py:__' AND r.token LIKE 'py:__')
WHERE kept.ctid >= %s::tid AND kept.ctid < %s::tid
  AND EXISTS (SELECT FROM unnest(kept.tokens) t(token) WHERE t.token LIKE 'py:__')
  AND NOT EXISTS (SELECT FROM unnest(kept.tokens) t(token) WHERE t.token LIKE 'py:___')
"""


def cut_by_threes(apps: Any, schema_editor: Any) -> None:
    """Threes of letters from the pairs that a row holds: all that pairs can form, so that every three of the name is among
    them; the few others are sorted out with the names, and go when the row is next written. Rows that were cut meanwhile lie at
    the end of the table and are passed over."""
    with schema_editor.connection.cursor() as cursor:
        done, pages = 0, 1
        while done < pages:
            cursor.execute(CUT, [f"({done},0)", f"({done + PAGES},0)"])
            done += PAGES
            cursor.execute(
                "SELECT pg_relation_size('store_subjectsearch') / current_setting('block_size')::bigint"
            )
            pages = cursor.fetchone()[0]


class Migration(migrations.Migration):
    """Initials of stored names are cut by threes as well; page by page outside a transaction, so that no row is locked for long."""

    atomic = False

    dependencies = [
        ("store", "0593_cleared_article_files"),
    ]

    operations = [
        migrations.RunPython(cut_by_threes, migrations.RunPython.noop),
    ]
