import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


KEPT = ("store_exchangepeer", "store_exchangeitem", "store_exchangepackage", "store_exchangeentry", "store_exchangecomparison")
FIXED = ("store_exchangeitem", "store_exchangecomparison")
REMOVED = "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in KEPT
)
CHANGED = "".join(
    f"CREATE TRIGGER only_grows BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    for table in FIXED
)


class Migration(migrations.Migration):
    """Platforms above and below, the packages that go between, and what both sides hold."""

    dependencies = [
        ('store', '0200_casework_frame'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExchangePeer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('relation', models.CharField(choices=[('above', '上级'), ('below', '下级')], max_length=5)),
                ('level', models.CharField(choices=[('county', '县（区）'), ('city', '市'), ('province', '省'), ('nation', '国家')], max_length=8)),
                ('own_code', models.CharField(max_length=40)),
                ('peer_code', models.CharField(max_length=40)),
                ('transport', models.CharField(choices=[('folder', '文件夹（摆渡）'), ('http', 'HTTP 接口')], max_length=6)),
                ('url', models.CharField(blank=True, max_length=500)),
                ('networks', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=43), default=list, size=None)),
                ('secret', models.CharField(max_length=60)),
                ('bearer', models.CharField(blank=True, max_length=60)),
                ('receipt_hours', models.IntegerField()),
                ('ground', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('proposed', '待决定'), ('standing', '交换中'), ('refused', '不同意'), ('ended', '已停用')], default='proposed', max_length=8)),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_reason', models.CharField(blank=True, max_length=300)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_reason', models.CharField(blank=True, max_length=300)),
                ('stream', models.CharField(default=xinheng.store.public_ids.new_public_id, max_length=16)),
                ('sealed_through', models.BigIntegerField(default=0)),
                ('last_line', models.BigIntegerField(default=0)),
                ('taken_stream', models.CharField(blank=True, max_length=16)),
                ('taken_number', models.BigIntegerField(default=0)),
                ('taken_chain', models.CharField(blank=True, max_length=71)),
                ('taken_line', models.BigIntegerField(default=0)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('key', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.senderkey')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ExchangePackage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('out', '发出'), ('in', '接收')], max_length=3)),
                ('number', models.BigIntegerField()),
                ('first', models.BigIntegerField()),
                ('last', models.BigIntegerField()),
                ('retractions', models.IntegerField()),
                ('chain', models.CharField(max_length=71)),
                ('manifest', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', '待发送'), ('sent', '已发送，待回执'), ('received', '已回执')], default='waiting', max_length=8)),
                ('attempts', models.IntegerField(default=0)),
                ('next_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('trouble', models.CharField(blank=True, max_length=300)),
                ('receipt', models.JSONField(null=True)),
                ('received_at', models.DateTimeField(null=True)),
                ('returned', models.IntegerField(default=0)),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.storedfile')),
                ('peer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='packages', to='store.exchangepeer')),
            ],
        ),
        migrations.CreateModel(
            name='ExchangeItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('out', '发出'), ('in', '接收')], max_length=3)),
                ('item', models.SmallIntegerField()),
                ('from_on', models.DateField()),
                ('peer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='store.exchangepeer')),
            ],
        ),
        migrations.CreateModel(
            name='ExchangeEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('out', '发出'), ('in', '接收')], max_length=3)),
                ('mark', models.CharField(max_length=16)),
                ('item', models.SmallIntegerField()),
                ('n', models.BigIntegerField()),
                ('flag', models.CharField(max_length=8)),
                ('record_key', models.BigIntegerField(null=True)),
                ('body', models.CharField(blank=True, max_length=64)),
                ('said', models.CharField(blank=True, max_length=64)),
                ('row_no', models.IntegerField(null=True)),
                ('code', models.CharField(blank=True, max_length=8)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.batch')),
                ('peer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='store.exchangepeer')),
            ],
        ),
        migrations.CreateModel(
            name='ExchangeComparison',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('through', models.BigIntegerField()),
                ('blocks', models.JSONField(default=list)),
                ('found', models.JSONField(default=list)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('peer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comparisons', to='store.exchangepeer')),
            ],
        ),
        migrations.AddConstraint(
            model_name='exchangepeer',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['proposed', 'standing'])), fields=('peer_code',), name='exchange_peer_once'),
        ),
        migrations.AddConstraint(
            model_name='exchangepeer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['standing', 'refused']), _negated=True), models.Q(('decided_by__isnull', False), models.Q(('decided_reason', ''), _negated=True)), _connector='OR'), name='exchange_peer_decided_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='exchangepeer',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='exchange_peer_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='exchangepeer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ended'), _negated=True), models.Q(('ended_by__isnull', False), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='exchange_peer_ended_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='exchangepeer',
            constraint=models.CheckConstraint(condition=models.Q(('ground', ''), _negated=True), name='exchange_peer_says_ground'),
        ),
        migrations.AddIndex(
            model_name='exchangepackage',
            index=models.Index(condition=models.Q(('way', 'out'), models.Q(('state', 'received'), _negated=True)), fields=['next_at'], name='exchange_package_due'),
        ),
        migrations.AddConstraint(
            model_name='exchangepackage',
            constraint=models.UniqueConstraint(fields=('peer', 'way', 'number'), name='exchange_package_once'),
        ),
        migrations.AddConstraint(
            model_name='exchangepackage',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sent', 'received'])), name='exchange_package_state'),
        ),
        migrations.AddConstraint(
            model_name='exchangepackage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'received'), _negated=True), ('receipt__isnull', False), _connector='OR'), name='exchange_package_receipt'),
        ),
        migrations.AddConstraint(
            model_name='exchangeitem',
            constraint=models.UniqueConstraint(fields=('peer', 'way', 'item'), name='exchange_item_once'),
        ),
        migrations.AddIndex(
            model_name='exchangeentry',
            index=models.Index(fields=['peer', 'way', 'item', 'n'], name='exchange_entry_block'),
        ),
        migrations.AddConstraint(
            model_name='exchangeentry',
            constraint=models.UniqueConstraint(fields=('peer', 'way', 'mark'), name='exchange_entry_once'),
        ),
        migrations.AddConstraint(
            model_name='exchangeentry',
            constraint=models.UniqueConstraint(condition=models.Q(('way', 'out')), fields=('peer', 'record_key'), name='exchange_entry_of_record'),
        ),
        migrations.AddConstraint(
            model_name='exchangeentry',
            constraint=models.CheckConstraint(condition=models.Q(('flag', 'standing'), models.Q(('body', ''), ('said', '')), ('flag', 'returned'), _connector='OR'), name='exchange_entry_ended_says_nothing'),
        ),
        migrations.RunSQL(REMOVED + CHANGED, migrations.RunSQL.noop),
    ]
