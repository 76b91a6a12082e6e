from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


def _file() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="store.storedfile",
    )


class Migration(migrations.Migration):
    """The pool of a draw, frozen at its announcement, is a file beside the row."""

    dependencies = [("store", "0005_earlier_policy_may_return")]
    operations = [
        migrations.AddField("drawannouncement", "pool", _file()),
        migrations.AddField("drawannouncement", "members", _file()),
        migrations.RemoveField("drawannouncement", "at_ceiling"),
        migrations.RunSQL((SQL / "public_draw.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
