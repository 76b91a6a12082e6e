import django.db.models.deletion
import xinheng.store.public_ids
from django.db import migrations, models

VIEW = """
CREATE OR REPLACE VIEW public_policy AS
SELECT id, kind, key, digest, body, from_on FROM store_policyversion
WHERE kind IN ('model', 'grading', 'catalogue', 'calendar', 'promise_list', 'promise_letter');
"""
GUARDS = """
CREATE TRIGGER never_removed BEFORE DELETE ON store_commitment FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_commitment FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
"""


class Migration(migrations.Migration):
    """Commitments; the portal reads the published lists of matters and letters."""

    dependencies = [
        ('store', '0260_steps_of_enterprises'),
    ]

    operations = [
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('code', models.CharField(max_length=20, null=True, unique=True)),
                ('source', models.CharField(max_length=12)),
                ('kind', models.CharField(max_length=16)),
                ('variant', models.CharField(default='plain', max_length=12)),
                ('item', models.CharField(blank=True, max_length=40)),
                ('letter', models.CharField(max_length=60)),
                ('letter_digest', models.CharField(max_length=71)),
                ('title', models.CharField(max_length=120)),
                ('reason', models.CharField(max_length=512)),
                ('content', models.TextField()),
                ('liability', models.TextField()),
                ('digest', models.CharField(max_length=71)),
                ('lodged_at', models.DateTimeField()),
                ('committed_on', models.DateField()),
                ('valid_until', models.DateField(null=True)),
                ('registered_at', models.DateTimeField(null=True)),
                ('handed_in', models.JSONField(default=list)),
                ('missing', models.JSONField(default=list)),
                ('promised_on', models.DateField(null=True)),
                ('completed_on', models.DateField(null=True)),
                ('act', models.CharField(blank=True, max_length=200)),
                ('outcome', models.CharField(blank=True, max_length=8)),
                ('unperformed', models.TextField(blank=True)),
                ('pursued', models.TextField(blank=True)),
                ('determined_on', models.DateField(null=True)),
                ('record_key', models.BigIntegerField(null=True)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.enterpriseaccount')),
                ('association', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('case', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='commitment', to='store.case')),
                ('determined_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('item_list', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.policyversion')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('paper', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.storedfile')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='store.subject')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', '-id'], name='commitment_of_unit'), models.Index(fields=['committed_on', 'organisation'], name='commitment_of_month'), models.Index(fields=['record_key'], name='commitment_of_record')],
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome', ''), ('outcome__in', ['full', 'part', 'none', 'false']), _connector='OR'), name='commitment_outcome_known'), models.CheckConstraint(condition=models.Q(('source__in', ['window', 'own', 'association', 'repair'])), name='commitment_source_known'), models.CheckConstraint(condition=models.Q(('outcome', ''), models.Q(('determined_on__isnull', False), ('determined_by__isnull', False)), _connector='OR'), name='commitment_outcome_says_who'), models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ['part', 'none', 'false']), _negated=True), models.Q(models.Q(('unperformed', ''), _negated=True), models.Q(('pursued', ''), _negated=True)), _connector='OR'), name='commitment_breach_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('code__isnull', True), ('record_key__isnull', True), ('registered_at__isnull', True)), models.Q(('code__isnull', False), ('record_key__isnull', False), ('registered_at__isnull', False)), _connector='OR'), name='commitment_registered_with_record')],
            },
        ),
        migrations.RunSQL(VIEW, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
