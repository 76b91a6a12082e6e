from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Constraints on notes, draws, files and batches; the public acts of sole traders without their homes."""

    dependencies = [("store", "0002_guards_and_public_views")]
    operations = [
        migrations.AddConstraint(
            model_name="recordnote",
            constraint=models.CheckConstraint(
                condition=~models.Q(reason="") & ~models.Q(ground=""), name="record_note_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="drawnobject",
            constraint=models.UniqueConstraint(fields=("draw", "position"), name="drawn_position_once"),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(destroyed_at__isnull=True) | models.Q(wrapped_key__isnull=True),
                name="stored_file_no_key_once_destroyed",
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(published_at__isnull=True) | models.Q(published_by__isnull=False),
                name="batch_published_by_somebody",
            ),
        ),
        migrations.RunSQL((SQL / "public_views.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
