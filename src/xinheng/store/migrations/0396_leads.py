import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


GUARDS = (
    "CREATE TRIGGER never_removed BEFORE DELETE ON store_lead FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_lead"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
)


class Migration(migrations.Migration):
    """Leads from devices and what an officer did with each."""

    dependencies = [
        ('store', '0395_draw_failures'),
    ]

    operations = [
        migrations.CreateModel(
            name='Lead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('external', models.CharField(max_length=80)),
                ('digest', models.CharField(max_length=71)),
                ('device', models.CharField(choices=[('iot', '物联网'), ('video', '视联网')], max_length=8)),
                ('device_no', models.CharField(blank=True, max_length=80)),
                ('what', models.CharField(max_length=120)),
                ('said', models.CharField(blank=True, max_length=1000)),
                ('attachments', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=71), default=list, size=None)),
                ('persons_masked', models.BooleanField(default=False)),
                ('observed_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('open', '待处理'), ('no_fault', '未发现问题，已关闭'), ('prompted', '已提示自查'), ('check', '已提出个案检查'), ('expired', '保存期满，未处理')], default='open', max_length=8)),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('closed_at', models.DateTimeField(null=True)),
                ('emptied_at', models.DateTimeField(null=True)),
                ('case', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lead', to='store.case')),
                ('check_made', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lead', to='store.casecheck')),
                ('closed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('sender', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.senderkey')),
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', '-id'], name='lead_of_organ')],
                'constraints': [models.UniqueConstraint(fields=('sender', 'external'), name='lead_once_a_sender'), models.CheckConstraint(condition=models.Q(('device__in', ['iot', 'video'])), name='lead_device_known'), models.CheckConstraint(condition=models.Q(('outcome__in', ['open', 'no_fault', 'prompted', 'check', 'expired'])), name='lead_outcome_known'), models.CheckConstraint(condition=models.Q(('attachments', []), ('persons_masked', True), _connector='OR'), name='lead_shows_no_person'), models.CheckConstraint(condition=models.Q(('received_at__gte', models.F('observed_at'))), name='lead_seen_before_told'), models.CheckConstraint(condition=models.Q(models.Q(('closed_by__isnull', True), ('outcome__in', ['open', 'expired'])), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='lead_closed_by_somebody_with_reason'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'prompted'), ('case__isnull', True), _connector='OR'), models.Q(('outcome', 'check'), ('check_made__isnull', True), _connector='OR')), name='lead_leads_where_it_says')],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
