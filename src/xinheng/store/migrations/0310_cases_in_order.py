from django.db import migrations, models
from django.db.models import Q

RUNNING = Q(ended_on__isnull=True)
OPEN = Q(closed_at__isnull=True)


class Migration(migrations.Migration):
    """Lists of a million cases come in the order asked for: by day and number, and by unit, kind and state."""

    dependencies = [
        ("store", "0300_campaigns"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="casedeadline",
            index=models.Index(fields=["due_on", "id"], condition=RUNNING, name="case_deadline_by_day"),
        ),
        migrations.RemoveIndex(model_name="casedeadline", name="case_deadline_running"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["organisation", "kind", "state", "id"], condition=OPEN, name="case_open_unit_state"
            ),
        ),
    ]
