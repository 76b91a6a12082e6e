from django.db import migrations, models


class Migration(migrations.Migration):
    """Whoever delivers bytes that another has delivered gets a receipt of its own."""

    dependencies = [("store", "0020_grades_in_lines")]
    operations = [
        migrations.RemoveConstraint("batch", "batch_file_loaded_once"),
        migrations.AddConstraint(
            "batch",
            models.UniqueConstraint(
                fields=["file_digest", "organisation", "feed"],
                condition=models.Q(("state", "loaded")),
                name="batch_file_loaded_once",
            ),
        ),
    ]
