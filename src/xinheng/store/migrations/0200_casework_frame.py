import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


GROWING = ("store_deadlinemove", "store_casereminder")
KEPT = (*GROWING, "store_recusal", "store_flowmigration", "store_casedeadline")
GUARDS = "".join(
    f"CREATE TRIGGER only_grows BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    for table in GROWING
) + "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in KEPT
)
OF_UNIT = """
UPDATE store_casedeadline d SET organisation_id = c.organisation_id FROM store_case c
WHERE c.id = d.case_id AND d.organisation_id IS NULL
"""


class Migration(migrations.Migration):
    """The frame of casework: clocks moved by persons, recusal, reminders, migration of flows, look-up by the public."""

    dependencies = [
        ('store', '0170_grades_of_merged'),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('soon', '即将到期'), ('overdue', '逾期，报单位负责人'), ('escalated', '严重逾期，报信用办')], max_length=10)),
                ('due_on', models.DateField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='DeadlineMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('suspended', '中止'), ('resumed', '恢复'), ('asked', '申请延长'), ('extended', '延长'), ('refused', '不同意延长')], max_length=10)),
                ('on', models.DateField()),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(max_length=500)),
                ('by', models.IntegerField(default=0)),
                ('before', models.DateField(null=True)),
                ('after', models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='FlowMigration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('flow', models.CharField(max_length=40)),
                ('from_version', models.IntegerField()),
                ('to_version', models.IntegerField()),
                ('plan', models.JSONField()),
                ('lines', models.JSONField()),
                ('digest', models.CharField(max_length=71)),
                ('reason', models.CharField(max_length=500)),
                ('proposed_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='LookupLock',
            fields=[
                ('key', models.CharField(max_length=76, primary_key=True, serialize=False)),
                ('failures', models.IntegerField(default=0)),
                ('last_failed_at', models.DateTimeField(db_index=True)),
                ('locked_until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Recusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('by_party', models.BooleanField(default=False)),
                ('reason', models.CharField(max_length=500)),
                ('asked_at', models.DateTimeField()),
                ('granted', models.BooleanField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.AddField(
            model_name='case',
            name='ground',
            field=models.CharField(blank=True, db_default='', default='', max_length=60),
        ),
        migrations.AddField(
            model_name='case',
            name='handler',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='casedeadline',
            name='extended',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='casedeadline',
            name='organisation',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['kind', 'state', 'id'], name='case_open_state'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['handler', 'id'], name='case_open_mine'),
        ),
        migrations.AddIndex(
            model_name='casedeadline',
            index=models.Index(condition=models.Q(('ended_on__isnull', True)), fields=['organisation', 'due_on', 'id'], name='case_deadline_of_unit'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True), models.Q(('ground', ''), _negated=True)), fields=('subject', 'kind', 'ground'), name='case_one_open_a_ground'),
        ),
        migrations.AddField(
            model_name='casereminder',
            name='deadline',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='store.casedeadline'),
        ),
        migrations.AddField(
            model_name='casereminder',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation'),
        ),
        migrations.AddField(
            model_name='deadlinemove',
            name='actor',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='deadlinemove',
            name='answers',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='store.deadlinemove'),
        ),
        migrations.AddField(
            model_name='deadlinemove',
            name='deadline',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='store.casedeadline'),
        ),
        migrations.AddField(
            model_name='flowmigration',
            name='done_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='flowmigration',
            name='proposed_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='flowmigration',
            name='undoes',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='store.flowmigration'),
        ),
        migrations.AddField(
            model_name='recusal',
            name='asked_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='recusal',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recusals', to='store.case'),
        ),
        migrations.AddField(
            model_name='recusal',
            name='decided_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='recusal',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='casereminder',
            constraint=models.UniqueConstraint(fields=('deadline', 'level', 'due_on'), name='case_reminder_once'),
        ),
        migrations.AddConstraint(
            model_name='casereminder',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['soon', 'overdue', 'escalated'])), name='case_reminder_level_known'),
        ),
        migrations.AddConstraint(
            model_name='deadlinemove',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['suspended', 'resumed', 'asked', 'extended', 'refused'])), name='deadline_move_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='deadlinemove',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='deadline_move_says_why'),
        ),
        migrations.AddConstraint(
            model_name='deadlinemove',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('suspended', 'resumed')), ('by__gt', 0), _connector='OR'), name='deadline_move_says_by'),
        ),
        migrations.AddConstraint(
            model_name='flowmigration',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('done_by__isnull', True)), models.Q(('done_at__isnull', False), ('done_by__isnull', False), models.Q(('done_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='flow_migration_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='flowmigration',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='flow_migration_says_why'),
        ),
        migrations.AddConstraint(
            model_name='flowmigration',
            constraint=models.UniqueConstraint(condition=models.Q(('done_at__isnull', False)), fields=('undoes',), name='flow_migration_undone_once'),
        ),
        migrations.AddConstraint(
            model_name='recusal',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='recusal_says_why'),
        ),
        migrations.AddConstraint(
            model_name='recusal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('granted__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('granted__isnull', False)), _connector='OR'), name='recusal_decided_whole'),
        ),
        migrations.AddConstraint(
            model_name='recusal',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(models.Q(('decided_by', models.F('person')), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='recusal_by_another'),
        ),
        migrations.AddConstraint(
            model_name='recusal',
            constraint=models.CheckConstraint(condition=models.Q(('by_party', True), ('asked_by', models.F('person')), _connector='OR'), name='recusal_declared_by_oneself'),
        ),
        migrations.AddConstraint(
            model_name='recusal',
            constraint=models.UniqueConstraint(condition=models.Q(('granted__isnull', True)), fields=('case', 'person'), name='recusal_one_open'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(OF_UNIT, migrations.RunSQL.noop),
    ]
