import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


KEPT = ("store_repairapplication", "store_upperresult")
GUARDS = "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in KEPT
)


class Migration(migrations.Migration):
    """Applications for repair, results from above, free courses, agencies that give advice."""

    dependencies = [
        ('store', '0220_commitments'),
    ]

    operations = [
        migrations.CreateModel(
            name='RepairCourse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('title', models.CharField(max_length=120)),
                ('summary', models.CharField(max_length=1000)),
                ('where', models.CharField(max_length=300)),
                ('entered_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='RepairAgency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('code', models.CharField(max_length=18, unique=True)),
                ('services', models.CharField(max_length=500)),
                ('undertaken_on', models.DateField()),
                ('entered_at', models.DateTimeField()),
                ('struck_at', models.DateTimeField(null=True)),
                ('struck_reason', models.CharField(blank=True, max_length=300)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('struck_at__isnull', True), models.Q(('struck_reason', ''), _negated=True), _connector='OR'), name='repair_agency_struck_why')],
            },
        ),
        migrations.CreateModel(
            name='RepairApplication',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='repair', serialize=False, to='store.case')),
                ('record_key', models.BigIntegerField()),
                ('source', models.CharField(choices=[('own', '企业自备，待提交'), ('window', '窗口协助'), ('credit_china', '“信用中国”网站'), ('publicity_system', '国家企业信用信息公示系统'), ('province', '省级平台'), ('nation', '国家平台')], max_length=20)),
                ('external', models.CharField(blank=True, max_length=60)),
                ('handed', models.JSONField(default=dict)),
                ('offered', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None)),
                ('pledge_version', models.CharField(blank=True, max_length=20)),
                ('pledged_at', models.DateTimeField(null=True)),
                ('lodged_on', models.DateField(null=True)),
                ('pushed_on', models.DateField(null=True)),
                ('annulled_on', models.DateField(null=True)),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='repairs', to='store.subject')),
            ],
            options={
                'indexes': [models.Index(fields=['record_key'], name='repair_of_record')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('external', ''), _negated=True), fields=('source', 'external'), name='repair_external_once'), models.CheckConstraint(condition=models.Q(('source__in', ['own', 'window', 'credit_china', 'publicity_system', 'province', 'nation'])), name='repair_source_known'), models.CheckConstraint(condition=models.Q(models.Q(('pledge_version', ''), ('pledged_at__isnull', True)), models.Q(('pledged_at__isnull', False), models.Q(('pledge_version', ''), _negated=True)), _connector='OR'), name='repair_pledge_whole'), models.CheckConstraint(condition=models.Q(('pushed_on__isnull', True), models.Q(('lodged_on__isnull', False), ('pushed_on__gte', models.F('lodged_on'))), _connector='OR'), name='repair_pushed_after_lodged')],
            },
        ),
        migrations.CreateModel(
            name='UpperResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('source', models.CharField(choices=[('own', '企业自备，待提交'), ('window', '窗口协助'), ('credit_china', '“信用中国”网站'), ('publicity_system', '国家企业信用信息公示系统'), ('province', '省级平台'), ('nation', '国家平台')], max_length=20)),
                ('external', models.CharField(max_length=60)),
                ('outcome', models.CharField(choices=[('repaired', '准予修复'), ('withdrawn', '撤销、撤回'), ('objection', '异议成立，删除')], max_length=10)),
                ('code', models.CharField(max_length=18)),
                ('document_no', models.CharField(max_length=200)),
                ('decided_on', models.DateField()),
                ('received_at', models.DateTimeField()),
                ('due_on', models.DateField(null=True)),
                ('ended', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_reason', models.CharField(blank=True, max_length=300)),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['id'], name='upper_result_waiting')],
                'constraints': [models.UniqueConstraint(fields=('source', 'external', 'document_no', 'outcome'), name='upper_result_once'), models.CheckConstraint(condition=models.Q(('outcome__in', ['repaired', 'withdrawn', 'objection'])), name='upper_result_outcome_known'), models.CheckConstraint(condition=models.Q(('settled_by__isnull', True), models.Q(('settled_reason', ''), _negated=True), _connector='OR'), name='upper_result_says_why')],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
