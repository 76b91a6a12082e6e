import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


VIEW = """
CREATE VIEW public_draw_substitute AS
SELECT id, draw_id, sequence, content, agreed_at FROM store_drawsubstitute WHERE agreed_at IS NOT NULL;
"""
GUARDS = """
CREATE TRIGGER stays_agreed BEFORE UPDATE ON store_drawsubstitute FOR EACH ROW WHEN (OLD.agreed_at IS NOT NULL)
EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER stays_answered BEFORE UPDATE ON store_leadhandover FOR EACH ROW WHEN (OLD.answered_at IS NOT NULL)
EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE ON store_checkmade FOR EACH ROW EXECUTE FUNCTION store_only_grows();
""" + "".join(
    f"""
CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
"""
    for table in ("store_drawsubstitute", "store_leadhandover", "store_checkmade")
)


class Migration(migrations.Migration):
    """Inspectors replaced after a draw, leads handed to another organ, and the register of checks before an act."""

    dependencies = [
        ('store', '0420_reports'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicDrawSubstitute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.IntegerField()),
                ('content', models.JSONField()),
                ('agreed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'public_draw_substitute',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='CheckMade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('desk', '窗口核查'), ('system', '业务系统核查')], max_length=8)),
                ('occasion', models.CharField(max_length=16)),
                ('field', models.CharField(blank=True, default='', max_length=40)),
                ('reference', models.CharField(max_length=300)),
                ('day', models.DateField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('call', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='check_made', to='store.sharingcall')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'day'], name='checkmade_of_organ_and_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', False), ('call__isnull', True), ('way', 'desk')), models.Q(('by__isnull', True), ('call__isnull', False), ('way', 'system')), _connector='OR'), name='checkmade_by_person_or_system'), models.CheckConstraint(condition=models.Q(('reference', ''), _negated=True), name='checkmade_says_for_what')],
            },
        ),
        migrations.CreateModel(
            name='DrawSubstitute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('absent_no', models.CharField(max_length=40)),
                ('cause', models.CharField(choices=[('unable', '因故不能执行'), ('recused', '依法回避')], max_length=8)),
                ('reason', models.CharField(max_length=500)),
                ('proposed_at', models.DateTimeField()),
                ('agreed_at', models.DateTimeField(null=True)),
                ('sequence', models.PositiveIntegerField(null=True)),
                ('substitute_no', models.CharField(blank=True, default='', max_length=40)),
                ('content', models.JSONField(null=True)),
                ('digest', models.CharField(blank=True, default='', max_length=71)),
                ('agreed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('draw', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='substitutes', to='store.draw')),
                ('drawn', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='substitutes', to='store.drawnobject')),
                ('proposed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='drawsubstitute_says_why'), models.CheckConstraint(condition=models.Q(('cause__in', ['unable', 'recused'])), name='drawsubstitute_cause_known'), models.CheckConstraint(condition=models.Q(models.Q(('agreed_at__isnull', True), ('agreed_by__isnull', True), ('sequence__isnull', True)), models.Q(('agreed_at__isnull', False), ('agreed_by__isnull', False), ('sequence__isnull', False), models.Q(('agreed_by', models.F('proposed_by')), _negated=True), models.Q(('substitute_no', ''), _negated=True), models.Q(('substitute_no', models.F('absent_no')), _negated=True)), _connector='OR'), name='drawsubstitute_agreed_by_another'), models.UniqueConstraint(fields=('draw', 'sequence'), name='drawsubstitute_sequence_once'), models.UniqueConstraint(condition=models.Q(('agreed_at__isnull', True)), fields=('drawn', 'absent_no'), name='drawsubstitute_proposed_once')],
            },
        ),
        migrations.CreateModel(
            name='LeadHandover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500)),
                ('handed_at', models.DateTimeField()),
                ('answer', models.CharField(choices=[('waiting', '等待接收'), ('taken', '已接收'), ('back', '已退回')], default='waiting', max_length=8)),
                ('answer_reason', models.CharField(blank=True, default='', max_length=500)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('from_organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('handed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='store.lead')),
                ('to_organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('from_organisation', models.F('to_organisation')), _negated=True)), name='leadhandover_to_another_with_reason'), models.CheckConstraint(condition=models.Q(('answer__in', ['waiting', 'taken', 'back'])), name='leadhandover_answer_known'), models.CheckConstraint(condition=models.Q(models.Q(('answer', 'waiting'), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(models.Q(('answer', 'waiting'), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False), models.Q(('answered_by', models.F('handed_by')), _negated=True)), _connector='OR'), name='leadhandover_answered_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('answer', 'back'), _negated=True), models.Q(('answer_reason', ''), _negated=True), _connector='OR'), name='leadhandover_back_says_why'), models.UniqueConstraint(condition=models.Q(('answer', 'waiting')), fields=('lead',), name='leadhandover_one_at_a_time')],
            },
        ),
        migrations.RunSQL(VIEW, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
