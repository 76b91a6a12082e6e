import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import xinheng.store.public_ids

GUARDS = """
CREATE TRIGGER never_removed BEFORE DELETE ON store_measurelistsent FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_measurelistsent
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
"""


class Migration(migrations.Migration):
    """The list of measures as it was sent to departments, with their confirmations."""

    dependencies = [
        ("store", "0495_report_acceptances"),
    ]

    operations = [
        migrations.CreateModel(
            name="MeasureListSent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ("digest", models.CharField(max_length=71)),
                ("edition", models.CharField(max_length=20)),
                ("period_on", models.DateField()),
                ("sent_at", models.DateTimeField()),
                ("due_on", models.DateField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("organisation", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation")),
                ("read_by", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "digest", "period_on"), name="measurelistsent_once_a_period"),
                    models.CheckConstraint(
                        condition=Q(read_by__isnull=True, read_at__isnull=True) | Q(read_by__isnull=False, read_at__isnull=False),
                        name="measurelistsent_read_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
