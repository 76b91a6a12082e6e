from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).parents[1] / "sql"
KEPT = ("store_planfiling", "store_casecheck", "store_oversightnotice")
GUARDS = "CREATE TRIGGER only_grows BEFORE UPDATE ON store_planfiling FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
GUARDS += "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in KEPT
)


class Migration(migrations.Migration):
    """Plans name a matter of the list and have batches and a filing; checks of one enterprise are told to the supervisor."""

    dependencies = [
        ('store', '0351_commitment_of_repair'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(max_length=16)),
                ('title', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=8)),
                ('matter_key', models.CharField(max_length=40)),
                ('matter', models.CharField(max_length=200)),
                ('basis', models.CharField(max_length=300)),
                ('year', models.IntegerField()),
                ('approved_at', models.DateTimeField()),
                ('organisation', models.CharField(max_length=120, null=True)),
                ('filed_with', models.CharField(max_length=120, null=True)),
                ('filing_number', models.CharField(max_length=100, null=True)),
                ('filed_on', models.DateField(null=True)),
                ('batches', models.JSONField()),
            ],
            options={
                'db_table': 'public_plan',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='CaseCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=40)),
                ('explanation', models.CharField(max_length=500)),
                ('emergency', models.BooleanField()),
                ('begun_at', models.DateTimeField(null=True)),
                ('paper_due_on', models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='OversightNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('occasion', models.CharField(choices=[('begun', '紧急检查已开始，审批待补办'), ('approved', '个案检查已批准')], max_length=12)),
                ('told_to', models.CharField(max_length=120)),
                ('told_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PlanBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('scope', models.CharField(max_length=300)),
                ('planned', models.PositiveIntegerField()),
                ('from_on', models.DateField()),
                ('until_on', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='PlanFiling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filed_with', models.CharField(max_length=120)),
                ('number', models.CharField(max_length=100)),
                ('filed_on', models.DateField()),
                ('entered_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='plan',
            name='kind',
            field=models.CharField(choices=[('daily', '日常检查'), ('case', '个案检查'), ('special', '专项检查')], db_default='daily', default='daily', max_length=8),
        ),
        migrations.AddField(
            model_name='plan',
            name='matter_key',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['daily', 'case', 'special'])), name='plan_kind_known'),
        ),
        migrations.AddField(
            model_name='casecheck',
            name='begun_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='casecheck',
            name='plan',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='case_check', to='store.plan'),
        ),
        migrations.AddField(
            model_name='casecheck',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject'),
        ),
        migrations.AddField(
            model_name='oversightnotice',
            name='check_of',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='oversight', to='store.casecheck'),
        ),
        migrations.AddField(
            model_name='oversightnotice',
            name='seen_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='planbatch',
            name='plan',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='store.plan'),
        ),
        migrations.AddField(
            model_name='planfiling',
            name='entered_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='planfiling',
            name='plan',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='filing', to='store.plan'),
        ),
        migrations.AddConstraint(
            model_name='casecheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('explanation', ''), _negated=True)), name='casecheck_says_why'),
        ),
        migrations.AddConstraint(
            model_name='casecheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('begun_at__isnull', True), ('begun_by__isnull', True), ('paper_due_on__isnull', True)), models.Q(('begun_at__isnull', False), ('begun_by__isnull', False), ('emergency', True)), _connector='OR'), name='casecheck_begins_early_in_an_emergency'),
        ),
        migrations.AddConstraint(
            model_name='oversightnotice',
            constraint=models.UniqueConstraint(fields=('check_of', 'occasion', 'told_to'), name='oversight_told_once'),
        ),
        migrations.AddConstraint(
            model_name='oversightnotice',
            constraint=models.CheckConstraint(condition=models.Q(('occasion__in', ['begun', 'approved'])), name='oversight_occasion_known'),
        ),
        migrations.AddConstraint(
            model_name='oversightnotice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('seen_at__isnull', True), ('seen_by__isnull', True)), models.Q(('seen_at__isnull', False), ('seen_by__isnull', False)), _connector='OR'), name='oversight_seen_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='planbatch',
            constraint=models.UniqueConstraint(fields=('plan', 'position'), name='planbatch_place_once'),
        ),
        migrations.AddConstraint(
            model_name='planbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('scope', ''), _negated=True), ('planned__gt', 0)), name='planbatch_says_how_many'),
        ),
        migrations.AddConstraint(
            model_name='planbatch',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='planbatch_period'),
        ),
        migrations.AddConstraint(
            model_name='planfiling',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('filed_with', ''), _negated=True), models.Q(('number', ''), _negated=True)), name='planfiling_whole'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "public_plans.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
