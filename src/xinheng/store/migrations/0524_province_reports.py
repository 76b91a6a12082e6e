import django.db.models.deletion
import xinheng.store.public_ids
from django.db import migrations, models

GUARDS = (
    "CREATE TRIGGER never_removed BEFORE DELETE ON store_provincerequest"
    " FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_provincerequest"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
)


class Migration(migrations.Migration):
    """Requests for the special report of the province; no row is removed."""

    dependencies = [
        ('store', '0522_agency_reports'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProvinceRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('scope', models.JSONField()),
                ('purpose', models.CharField(max_length=20)),
                ('agreed', models.CharField(max_length=300)),
                ('state', models.CharField(choices=[('asked', '待发往省平台'), ('sent', '省平台办理中'), ('done', '已取得'), ('refused', '省平台未出具')], max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('next_at', models.DateTimeField(null=True)),
                ('tries', models.IntegerField(default=0)),
                ('trouble', models.CharField(blank=True, default='', max_length=300)),
                ('number', models.CharField(blank=True, default='', max_length=60)),
                ('report', models.CharField(blank=True, default='', max_length=60)),
                ('why', models.CharField(blank=True, default='', max_length=300)),
                ('simulated', models.BooleanField(default=False)),
                ('ended_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.enterpriseaccount')),
                ('content', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.storedfile')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='province_requests', to='store.subject')),
            ],
            options={
                'indexes': [models.Index(models.F('next_at'), condition=models.Q(('next_at__isnull', False)), name='provincerequest_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('agreed', ''), _negated=True), name='provincerequest_agreed_to'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('next_at__isnull', False), ('state__in', ['asked', 'sent'])), models.Q(('ended_at__isnull', False), ('next_at__isnull', True), ('state__in', ['done', 'refused'])), _connector='OR'), name='provincerequest_open_or_ended'), models.CheckConstraint(condition=models.Q(models.Q(('content__isnull', False), ('state', 'done'), models.Q(('report', ''), _negated=True)), models.Q(models.Q(('state', 'done'), _negated=True), ('content__isnull', True), ('report', '')), _connector='OR'), name='provincerequest_done_with_its_report'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), models.Q(('why', ''), _negated=True)), models.Q(models.Q(('state', 'refused'), _negated=True), ('why', '')), _connector='OR'), name='provincerequest_refused_with_reason')],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
