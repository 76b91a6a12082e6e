import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


GUARDS = """
CREATE TRIGGER never_removed BEFORE DELETE ON store_senderkey FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_senderkey
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_senderplace FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_senderplace
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_connector FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_connector
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_connectorpull FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_connectorpull
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
"""


class Migration(migrations.Migration):
    """Keys of departments' systems, connectors to their sources, and what came of each."""

    dependencies = [
        ('store', '0040_results_reach_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='Connector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('database', 'PostgreSQL 数据库（表或视图）'), ('json', 'HTTP 接口（JSON）'), ('csv', 'HTTP 接口（CSV）')], max_length=10)),
                ('feed', models.CharField(max_length=80)),
                ('url', models.CharField(max_length=500)),
                ('networks', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=43), size=None)),
                ('secret', models.CharField(blank=True, max_length=60)),
                ('source', models.CharField(blank=True, max_length=200)),
                ('cursor_field', models.CharField(blank=True, max_length=120)),
                ('cursor_parameter', models.CharField(blank=True, max_length=60)),
                ('cursor', models.CharField(blank=True, max_length=200)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), default=list, size=None)),
                ('every_minutes', models.IntegerField()),
                ('next_at', models.DateTimeField()),
                ('max_rows', models.IntegerField()),
                ('max_seconds', models.IntegerField()),
                ('failures', models.IntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('held_at', models.DateTimeField(null=True)),
                ('held_reason', models.CharField(blank=True, max_length=300)),
                ('ended_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='ConnectorPull',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('running', '正在获取'), ('loaded', '已入库'), ('nothing', '没有新数据'), ('refused', '整批未收'), ('failed', '没有取到')], default='running', max_length=10)),
                ('rows', models.IntegerField(default=0)),
                ('code', models.CharField(blank=True, max_length=8)),
                ('message', models.CharField(blank=True, max_length=500)),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='connector_pulls', to='store.batch')),
                ('connector', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pulls', to='store.connector')),
            ],
        ),
        migrations.CreateModel(
            name='SenderKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('prefix', models.CharField(max_length=10, unique=True)),
                ('digest', models.CharField(max_length=71)),
                ('feeds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), size=None)),
                ('networks', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=43), default=list, size=None)),
                ('per_minute', models.IntegerField()),
                ('created_at', models.DateTimeField()),
                ('expires_on', models.DateField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoke_reason', models.CharField(blank=True, max_length=200)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('last_used_from', models.CharField(blank=True, max_length=45)),
                ('minute_at', models.DateTimeField(null=True)),
                ('minute_calls', models.IntegerField(default=0)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SenderCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('idempotency_key', models.CharField(max_length=100)),
                ('body_digest', models.CharField(max_length=71)),
                ('called_at', models.DateTimeField()),
                ('status', models.SmallIntegerField(null=True)),
                ('answer', models.JSONField(null=True)),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sender_calls', to='store.batch')),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='store.senderkey')),
            ],
        ),
        migrations.CreateModel(
            name='SenderPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.CharField(max_length=45)),
                ('refused', models.BooleanField(default=False)),
                ('waiting', models.BooleanField(default=False)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='store.senderkey')),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='connector',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('organisation', 'name'), name='connector_name_once'),
        ),
        migrations.AddConstraint(
            model_name='connector',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['database', 'json', 'csv'])), name='connector_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='connector',
            constraint=models.CheckConstraint(condition=models.Q(('networks', []), _negated=True), name='connector_has_networks'),
        ),
        migrations.AddConstraint(
            model_name='connector',
            constraint=models.CheckConstraint(condition=models.Q(('held_at__isnull', True), models.Q(('held_reason', ''), _negated=True), _connector='OR'), name='connector_held_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='connectorpull',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['running', 'loaded', 'nothing', 'refused', 'failed'])), name='connector_pull_state_known'),
        ),
        migrations.AddConstraint(
            model_name='connectorpull',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('connector',), name='connector_pull_one_running'),
        ),
        migrations.AddConstraint(
            model_name='senderkey',
            constraint=models.CheckConstraint(condition=models.Q(('feeds', []), _negated=True), name='sender_key_has_feeds'),
        ),
        migrations.AddConstraint(
            model_name='senderkey',
            constraint=models.CheckConstraint(condition=models.Q(('revoked_at__isnull', True), models.Q(('revoked_by__isnull', False), models.Q(('revoke_reason', ''), _negated=True)), _connector='OR'), name='sender_key_revoked_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='sendercall',
            constraint=models.UniqueConstraint(fields=('key', 'idempotency_key'), name='sender_call_once'),
        ),
        migrations.AddConstraint(
            model_name='sendercall',
            constraint=models.CheckConstraint(condition=models.Q(('answer__isnull', True), ('status__isnull', False), _connector='OR'), name='sender_call_answer_has_status'),
        ),
        migrations.AddIndex(
            model_name='senderplace',
            index=models.Index(condition=models.Q(('waiting', True)), fields=['key'], name='sender_place_waiting'),
        ),
        migrations.AddConstraint(
            model_name='senderplace',
            constraint=models.UniqueConstraint(fields=('key', 'place'), name='sender_place_once'),
        ),
        migrations.AddConstraint(
            model_name='senderplace',
            constraint=models.CheckConstraint(condition=models.Q(('settled_at__isnull', True), models.Q(('settled_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='sender_place_settled_with_reason'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
