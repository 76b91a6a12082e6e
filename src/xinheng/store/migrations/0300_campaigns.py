from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"
KEPT = ("store_campaign", "store_campaignline")
GUARDS = "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in KEPT
)


class Migration(migrations.Migration):
    """Special campaigns and the records taken into them; none outlives its record."""

    dependencies = [
        ('store', '0291_effects_resting'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('field', models.CharField(max_length=12)),
                ('title', models.CharField(max_length=120)),
                ('document_no', models.CharField(max_length=100)),
                ('document_title', models.CharField(max_length=200)),
                ('scope', models.CharField(max_length=1000)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField()),
                ('items', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), size=None)),
                ('least', models.SmallIntegerField()),
                ('since_on', models.DateField()),
                ('counties', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=6), default=list, size=None)),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='campaign', to='store.case')),
            ],
        ),
        migrations.CreateModel(
            name='CampaignLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ground_kind', models.CharField(max_length=12)),
                ('ground_key', models.BigIntegerField()),
                ('suspended_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_cause', models.CharField(blank=True, default='', max_length=24)),
                ('ended_why', models.CharField(blank=True, default='', max_length=40)),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('proposed', models.BooleanField()),
                ('reason', models.CharField(max_length=500)),
                ('taken_at', models.DateTimeField()),
                ('until_on', models.DateField()),
                ('end_reason', models.CharField(blank=True, max_length=500)),
                ('campaign', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='store.campaign')),
                ('ended_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject')),
                ('taken_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('field__in', ['government', 'finance', 'sector', 'integrity', 'arrears'])), name='campaign_field_known'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('document_no', ''), _negated=True), models.Q(('document_title', ''), _negated=True), models.Q(('scope', ''), _negated=True)), name='campaign_says_what_and_on_what'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__gt', models.F('from_on'))), name='campaign_period'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('least__range', (1, 3)), ('items__len__gt', 0)), name='campaign_rule_whole'),
        ),
        migrations.AddIndex(
            model_name='campaignline',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['ground_kind', 'ground_key'], name='campaignline_on_ground'),
        ),
        migrations.AddIndex(
            model_name='campaignline',
            index=models.Index(fields=['campaign', 'id'], name='campaignline_of_campaign'),
        ),
        migrations.AddIndex(
            model_name='campaignline',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['until_on'], name='campaignline_to_end'),
        ),
        migrations.AddConstraint(
            model_name='campaignline',
            constraint=models.CheckConstraint(condition=models.Q(('ground_kind__in', ['record', 'decision', 'list_entry'])), name='campaignline_ground_known'),
        ),
        migrations.AddConstraint(
            model_name='campaignline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_cause', ''), ('ended_at__isnull', True)), models.Q(('end_cause__in', ['withdrawn', 'revoked', 'corrected', 'repaired', 'deleted', 'term_expired', 'retention_expired', 'publication_expired', 'shielded', 'disputed']), ('ended_at__isnull', False)), _connector='OR'), name='campaignline_end_has_cause'),
        ),
        migrations.AddConstraint(
            model_name='campaignline',
            constraint=models.CheckConstraint(condition=models.Q(('ground_kind', 'record')), name='campaignline_rests_on_record'),
        ),
        migrations.AddConstraint(
            model_name='campaignline',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('campaign', 'ground_key'), name='campaignline_one_open'),
        ),
        migrations.AddConstraint(
            model_name='campaignline',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='campaignline_says_why'),
        ),
        migrations.AddConstraint(
            model_name='campaignline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_why__in', ['done', 'left']), _negated=True), models.Q(('ended_by__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='campaignline_end_says_who_and_why'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "effects_campaigns.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
