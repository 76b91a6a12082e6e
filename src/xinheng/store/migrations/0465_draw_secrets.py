import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE TRIGGER only_grows BEFORE UPDATE ON store_drawsecret FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_drawsecret FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_drawsecret FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
"""


class Migration(migrations.Migration):
    """Each organ's secret of a draw comes from a person of its own; what a points table was last found to be worth is kept."""

    dependencies = [
        ("store", "0490_special_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="RiskWatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("trial", models.JSONField()),
                ("tried_at", models.DateTimeField()),
                ("version", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="watches", to="store.policyversion")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("version", "on"), name="riskwatch_once_a_day")],
            },
        ),
        migrations.CreateModel(
            name="DrawSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("party", models.CharField(max_length=100)),
                ("commitment", models.CharField(max_length=71)),
                ("words", models.BinaryField(null=True)),
                ("given_at", models.DateTimeField()),
                ("announcement", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="secrets", to="store.drawannouncement")),
                ("given_by", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("plan", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="secrets", to="store.plan")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("announcement", "party"), name="drawsecret_revealed_once"), models.UniqueConstraint(fields=("announcement", "given_by"), name="drawsecret_one_a_person"), models.CheckConstraint(condition=models.Q(("party", ""), _negated=True), name="drawsecret_names_its_party"), models.CheckConstraint(condition=models.Q(models.Q(("announcement__isnull", True), ("words__isnull", True)), models.Q(("announcement__isnull", False), ("words__isnull", False)), _connector="OR"), name="drawsecret_reveals_words")],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
