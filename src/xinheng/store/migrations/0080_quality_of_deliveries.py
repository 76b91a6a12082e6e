import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


GUARDS = """
CREATE TRIGGER never_removed BEFORE DELETE ON store_conflict FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_conflict
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_nothingstatement
    FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_nothingstatement
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE ON store_spotcheck FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_spotcheck FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_spotcheck
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE ON store_spotfinding FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_spotfinding FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_spotfinding
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
"""


class Migration(migrations.Migration):
    """Quality of deliveries: counts, statements, rows sent again, contradictions, look-ups."""

    dependencies = [
        ("store", "0070_deliveries_by_machine"),
    ]

    operations = [
        migrations.CreateModel(
            name="BatchMarks",
            fields=[
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="marks",
                        serialize=False,
                        to="store.batch",
                    ),
                ),
                ("timed", models.BooleanField(default=False)),
                ("cutoff", models.DateField(null=True)),
                (
                    "late",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                (
                    "irregular",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                (
                    "doubtful",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                ("places", models.JSONField(default=dict)),
                ("counted_at", models.DateTimeField(null=True)),
                (
                    "months",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(), default=list, size=None
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("counted_at__isnull", True)),
                        fields=["batch"],
                        name="batch_marks_uncounted",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SpotCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=xinheng.store.public_ids.new_public_id,
                        editable=False,
                        max_length=16,
                        unique=True,
                    ),
                ),
                ("item", models.SmallIntegerField()),
                ("checked_on", models.DateField()),
                ("place", models.CharField(max_length=200)),
                ("sampled", models.IntegerField()),
                ("entered_at", models.DateTimeField()),
                (
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spot_checks",
                        to="store.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SpotFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("concealed", "应报未报"), ("wrong", "报送有误")], max_length=10
                    ),
                ),
                ("document_no", models.CharField(max_length=200)),
                ("remark", models.CharField(blank=True, max_length=300)),
                (
                    "check_made",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="store.spotcheck",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SubjectCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item", models.SmallIntegerField()),
                ("division", models.CharField(blank=True, max_length=6)),
                ("kind", models.CharField(max_length=20)),
                ("subjects", models.IntegerField()),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("item", "division", "kind"), name="subject_count_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="BatchCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division", models.CharField(blank=True, max_length=6)),
                ("accepted", models.IntegerField(default=0)),
                ("adopted", models.IntegerField(default=0)),
                ("returned", models.IntegerField(default=0)),
                ("repeated", models.IntegerField(default=0)),
                ("timed", models.IntegerField(default=0)),
                ("late", models.IntegerField(default=0)),
                ("incomplete", models.IntegerField(default=0)),
                ("irregular", models.IntegerField(default=0)),
                ("inaccurate", models.IntegerField(default=0)),
                ("inconsistent", models.IntegerField(default=0)),
                ("wrong_codes", models.IntegerField(default=0)),
                ("corrected_codes", models.IntegerField(default=0)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="counts", to="store.batch"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "division"), name="batch_count_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("adopted__lte", models.F("accepted")), ("late__lte", models.F("timed"))
                        ),
                        name="batch_count_parts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Conflict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=xinheng.store.public_ids.new_public_id,
                        editable=False,
                        max_length=16,
                        unique=True,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("content", "同一行为，内容不同"),
                            ("document", "同一文号，两种说法"),
                            ("status", "登记状态不同"),
                        ],
                        max_length=10,
                    ),
                ),
                ("item", models.SmallIntegerField()),
                ("record_key", models.BigIntegerField()),
                ("other_key", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待处理"),
                            ("first", "以先报的为准"),
                            ("second", "以后报的为准"),
                            ("both", "两者都成立"),
                            ("moot", "已不存在"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("ground", models.CharField(blank=True, max_length=200)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "first_sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "row",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflict",
                        to="store.returnedrow",
                    ),
                ),
                (
                    "second_sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflicts",
                        to="store.subject",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "open")), fields=["id"], name="conflict_open"),
                    models.Index(fields=["subject"], name="conflict_of_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["content", "document", "status"])),
                        name="conflict_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "first", "second", "both", "moot"])),
                        name="conflict_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("other_key__isnull", True), ("row__isnull", True), _connector="XOR"
                        ),
                        name="conflict_of_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("open", "moot")),
                            models.Q(("decided_by__isnull", False), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="conflict_decided_by_a_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("other_key__isnull", False)),
                        fields=("record_key", "other_key"),
                        name="conflict_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NothingStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=xinheng.store.public_ids.new_public_id,
                        editable=False,
                        max_length=16,
                        unique=True,
                    ),
                ),
                ("item", models.SmallIntegerField()),
                ("start_on", models.DateField()),
                ("end_on", models.DateField()),
                ("text", models.CharField(max_length=500)),
                ("signed_at", models.DateTimeField()),
                ("digest", models.CharField(max_length=71)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="store.organisation",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_for",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.batch",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("organisation", "item", "start_on"),
                        name="nothing_statement_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("start_on__lt", models.F("end_on"))),
                        name="nothing_statement_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at__isnull", True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="nothing_statement_end_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Resubmission",
            fields=[
                (
                    "row",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="resubmission",
                        serialize=False,
                        to="store.returnedrow",
                    ),
                ),
                ("row_no", models.IntegerField()),
                ("found_at", models.DateTimeField()),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resubmissions",
                        to="store.batch",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["batch"], name="resubmission_of_batch")],
            },
        ),
        migrations.AddIndex(
            model_name="spotcheck",
            index=models.Index(fields=["organisation", "-id"], name="spot_check_of_organisation"),
        ),
        migrations.AddConstraint(
            model_name="spotcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("sampled__gt", 0)), name="spot_check_has_sample"
            ),
        ),
        migrations.AddConstraint(
            model_name="spotfinding",
            constraint=models.UniqueConstraint(
                fields=("check_made", "document_no"), name="spot_finding_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="spotfinding",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["concealed", "wrong"])), name="spot_finding_kind_known"
            ),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
