import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import xinheng.store.public_ids

GUARDS = """
CREATE TRIGGER never_removed BEFORE DELETE ON store_incentivereview FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_incentivereview
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
"""


class Migration(migrations.Migration):
    """Yearly reviews of incentives, each confirmed by another person."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("store", "0500_void_letters_to_superiors"),
    ]

    operations = [
        migrations.CreateModel(
            name="IncentiveReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ("keep", models.BooleanField()),
                ("finding", models.CharField(max_length=1000)),
                ("due_on", models.DateField()),
                ("reviewed_on", models.DateField()),
                ("reviewed_at", models.DateTimeField()),
                ("confirmed", models.BooleanField(null=True)),
                ("confirmed_why", models.CharField(blank=True, max_length=500)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_by", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("measure", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="store.measureapplied")),
                ("reviewed_by", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(fields=["measure", "-reviewed_on"], name="incentivereview_of_measure")],
                "constraints": [
                    models.CheckConstraint(condition=~Q(finding=""), name="incentivereview_says_what"),
                    models.CheckConstraint(
                        condition=Q(confirmed__isnull=True, confirmed_by__isnull=True, confirmed_at__isnull=True)
                        | Q(confirmed__isnull=False, confirmed_by__isnull=False, confirmed_at__isnull=False)
                        & ~Q(confirmed_by=F("reviewed_by"))
                        & (Q(confirmed=True) | ~Q(confirmed_why="")),
                        name="incentivereview_two_persons",
                    ),
                    models.UniqueConstraint(
                        condition=Q(confirmed__isnull=True), fields=("measure",), name="incentivereview_one_open"
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
