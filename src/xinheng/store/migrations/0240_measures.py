import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


KEPT = ("store_measureapplied", "store_measuretask", "store_measureuse", "store_fairreview", "store_measurehandout")
GUARDS = "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in KEPT
)


class Migration(migrations.Migration):
    """Measures that lie on enterprises, with responses, uses, reviews of fair competition and hand-outs."""

    dependencies = [
        ('store', '0230_listings'),
    ]

    operations = [
        migrations.CreateModel(
            name='MeasureApplied',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ground_kind', models.CharField(max_length=12)),
                ('ground_key', models.BigIntegerField()),
                ('suspended_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_cause', models.CharField(blank=True, default='', max_length=24)),
                ('ended_why', models.CharField(blank=True, default='', max_length=40)),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('measure', models.CharField(max_length=60)),
                ('title', models.CharField(max_length=120)),
                ('group', models.SmallIntegerField()),
                ('edition', models.CharField(max_length=20)),
                ('policy_digest', models.CharField(max_length=71)),
                ('occasions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), size=None)),
                ('basis', models.CharField(max_length=400)),
                ('ban', models.CharField(blank=True, max_length=60)),
                ('field', models.CharField(blank=True, max_length=20)),
                ('permanent', models.BooleanField(default=False)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(null=True)),
                ('reason', models.CharField(max_length=1000)),
                ('applied_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measures', to='store.case')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('proposed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MeasureHandout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('recipient', models.CharField(max_length=120)),
                ('purpose', models.CharField(max_length=200)),
                ('measures', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('digest', models.CharField(max_length=71)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='MeasureTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('kind', models.CharField(choices=[('apply', '响应执行'), ('stop', '停止执行')], max_length=8)),
                ('recipient', models.CharField(blank=True, max_length=120)),
                ('asked_at', models.DateTimeField()),
                ('due_on', models.DateField(null=True)),
                ('provisional', models.BooleanField(default=False)),
                ('answer', models.CharField(blank=True, choices=[('done', '已办理'), ('elsewhere', '本单位无相关事项'), ('wrong', '认为措施有误')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('measure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='store.measureapplied')),
                ('organisation', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='MeasureUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('occasion', models.CharField(max_length=16)),
                ('acted_on', models.DateField()),
                ('outcome', models.CharField(choices=[('limited', '依法限制或从严办理'), ('granted', '给予便利或优待'), ('performed', '企业因此履行了义务'), ('not_met', '核查后不适用')], max_length=10)),
                ('what', models.CharField(max_length=500)),
                ('text', models.CharField(blank=True, max_length=2000)),
                ('entered_at', models.DateTimeField()),
                ('accepted', models.BooleanField(null=True)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('review', models.CharField(blank=True, max_length=300)),
                ('entered_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('measure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='store.measureapplied')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('reviewed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='FairReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('measure', models.CharField(max_length=60)),
                ('row_digest', models.CharField(max_length=71)),
                ('document_no', models.CharField(max_length=100)),
                ('reviewed_on', models.DateField()),
                ('result', models.CharField(choices=[('clean', '不具有排除、限制竞争效果'), ('exception', '符合例外规定，可以出台'), ('blocked', '具有排除、限制竞争效果，不得出台')], max_length=10)),
                ('opinion', models.CharField(max_length=1000)),
                ('entered_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('measure', 'row_digest', 'organisation'), name='fairreview_once_a_row'), models.CheckConstraint(condition=models.Q(('result__in', ['clean', 'exception', 'blocked']), models.Q(('opinion', ''), _negated=True), models.Q(('document_no', ''), _negated=True)), name='fairreview_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), models.Q(('confirmed_by', models.F('entered_by')), _negated=True)), _connector='OR'), name='fairreview_two_persons')],
            },
        ),
        migrations.AddIndex(
            model_name='measureapplied',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['ground_kind', 'ground_key'], name='measureapplied_on_ground'),
        ),
        migrations.AddIndex(
            model_name='measureapplied',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['until_on'], name='measure_to_end'),
        ),
        migrations.AddIndex(
            model_name='measureapplied',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['organisation', '-id'], name='measure_of_body'),
        ),
        migrations.AddConstraint(
            model_name='measureapplied',
            constraint=models.CheckConstraint(condition=models.Q(('ground_kind__in', ['record', 'decision', 'list_entry'])), name='measureapplied_ground_known'),
        ),
        migrations.AddConstraint(
            model_name='measureapplied',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_cause', ''), ('ended_at__isnull', True)), models.Q(('end_cause__in', ['withdrawn', 'revoked', 'corrected', 'repaired', 'deleted', 'term_expired', 'retention_expired', 'publication_expired', 'shielded', 'disputed']), ('ended_at__isnull', False)), _connector='OR'), name='measureapplied_end_has_cause'),
        ),
        migrations.AddConstraint(
            model_name='measureapplied',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('subject', 'measure', 'ban', 'ground_kind', 'ground_key', 'organisation'), name='measure_once_a_ground'),
        ),
        migrations.AddConstraint(
            model_name='measureapplied',
            constraint=models.CheckConstraint(condition=models.Q(('proposed_by', models.F('decided_by')), _negated=True), name='measure_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='measureapplied',
            constraint=models.CheckConstraint(condition=models.Q(('group__in', [1, 2, 3, 4])), name='measure_group_known'),
        ),
        migrations.AddConstraint(
            model_name='measureapplied',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gt', models.F('from_on')), _connector='OR'), name='measure_period'),
        ),
        migrations.AddConstraint(
            model_name='measureapplied',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ban', ''), ('field', ''), ('permanent', False)), models.Q(models.Q(('ban', ''), _negated=True), ('field__in', ['food_drugs', 'ecology', 'construction', 'safety', 'care', 'culture_tourism', 'city_operation', 'procurement', 'licence']), models.Q(models.Q(('permanent', True), ('until_on__isnull', True)), models.Q(('permanent', False), ('until_on__isnull', False)), _connector='OR')), _connector='OR'), name='measure_ban_has_term'),
        ),
        migrations.AddConstraint(
            model_name='measureapplied',
            constraint=models.CheckConstraint(condition=models.Q(('occasions__contained_by', ['licensing', 'registration', 'tender', 'procurement', 'funds', 'honours', 'benefits', 'commitment', 'supervision', 'publicity', 'financing']), models.Q(('occasions', []), _negated=True)), name='measure_occasions_known'),
        ),
        migrations.AddConstraint(
            model_name='measureapplied',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('basis', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='measure_says_why'),
        ),
        migrations.AddConstraint(
            model_name='measurehandout',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('recipient', ''), _negated=True), models.Q(('purpose', ''), _negated=True)), name='measurehandout_says_whom'),
        ),
        migrations.AddIndex(
            model_name='measuretask',
            index=models.Index(condition=models.Q(('answer', '')), fields=['organisation', 'due_on'], name='measuretask_waiting'),
        ),
        migrations.AddConstraint(
            model_name='measuretask',
            constraint=models.UniqueConstraint(fields=('measure', 'kind', 'organisation', 'recipient'), name='measuretask_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='measuretask',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['apply', 'stop'])), name='measuretask_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='measuretask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('organisation__isnull', False), ('recipient', '')), models.Q(('organisation__isnull', True), models.Q(('recipient', ''), _negated=True)), _connector='OR'), name='measuretask_one_receiver'),
        ),
        migrations.AddConstraint(
            model_name='measuretask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answer__in', ['done', 'elsewhere', 'wrong']), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='measuretask_answer_whole'),
        ),
        migrations.AddIndex(
            model_name='measureuse',
            index=models.Index(condition=models.Q(('accepted__isnull', True), models.Q(('text', ''), _negated=True)), fields=['id'], name='measureuse_to_review'),
        ),
        migrations.AddConstraint(
            model_name='measureuse',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['limited', 'granted', 'performed', 'not_met'])), name='measureuse_outcome_known'),
        ),
        migrations.AddConstraint(
            model_name='measureuse',
            constraint=models.CheckConstraint(condition=models.Q(('occasion__in', ['licensing', 'registration', 'tender', 'procurement', 'funds', 'honours', 'benefits', 'commitment', 'supervision', 'publicity', 'financing']), models.Q(('what', ''), _negated=True)), name='measureuse_says_what'),
        ),
        migrations.AddConstraint(
            model_name='measureuse',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted__isnull', True), ('reviewed_at__isnull', True), ('reviewed_by__isnull', True)), models.Q(('accepted__isnull', False), ('reviewed_at__isnull', False), ('reviewed_by__isnull', False), models.Q(('reviewed_by', models.F('entered_by')), _negated=True), models.Q(('review', ''), _negated=True), models.Q(('text', ''), _negated=True)), _connector='OR'), name='measureuse_reviewed_by_another'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
