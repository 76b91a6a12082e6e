import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


GROWING = ("store_issuedletter", "store_servicetry")
GUARDS = "".join(
    f"CREATE TRIGGER only_grows BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    for table in GROWING
) + "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in (*GROWING, "store_signingkey")
)


class Migration(migrations.Migration):
    """Letters that went out, the tries to serve them, and the keys with which they were signed."""

    dependencies = [
        ('store', '0130_exchange_of_levels'),
    ]

    operations = [
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('id_digest', models.CharField(max_length=71, unique=True)),
                ('certificate', models.BinaryField()),
                ('sealed', models.BinaryField(null=True)),
                ('development', models.BooleanField()),
                ('made_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('retired_at__isnull', True), ('sealed__isnull', False)), models.Q(('retired_at__isnull', False), ('sealed__isnull', True)), _connector='OR'), name='signing_key_sealed_while_in_use'), models.UniqueConstraint(models.F('development'), condition=models.Q(('retired_at__isnull', True)), name='signing_key_one_of_a_sort')],
            },
        ),
        migrations.CreateModel(
            name='IssuedLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('number', models.CharField(max_length=80, unique=True)),
                ('step', models.CharField(blank=True, max_length=24)),
                ('event', models.IntegerField(default=0)),
                ('kind', models.CharField(max_length=24)),
                ('version', models.IntegerField()),
                ('title', models.CharField(max_length=80)),
                ('addressee', models.CharField(max_length=200)),
                ('issued_on', models.DateField()),
                ('issued_at', models.DateTimeField()),
                ('confirmed_terms', models.BooleanField(default=False)),
                ('policy_digest', models.CharField(max_length=71)),
                ('digest', models.CharField(max_length=71)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='store.case')),
                ('issued_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('paper', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.storedfile')),
                ('twin', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.storedfile')),
                ('key', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.signingkey')),
            ],
        ),
        migrations.CreateModel(
            name='ServiceTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.IntegerField()),
                ('way', models.CharField(max_length=12)),
                ('outcome', models.CharField(choices=[('served', '已送达'), ('failed', '未能送达'), ('announced', '公告期内')], max_length=10)),
                ('on', models.DateField()),
                ('served_on', models.DateField(null=True)),
                ('proof', models.CharField(blank=True, max_length=200)),
                ('reason', models.CharField(blank=True, max_length=400)),
                ('at', models.DateTimeField()),
                ('actor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('file', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.storedfile')),
                ('letter', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='store.issuedletter')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('letter', 'sequence'), name='service_try_sequence'), models.UniqueConstraint(condition=models.Q(('outcome', 'served')), fields=('letter',), name='service_try_served_once'), models.CheckConstraint(condition=models.Q(('outcome__in', ['served', 'failed', 'announced'])), name='service_try_outcome_known'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'failed'), ('served_on__isnull', True), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('outcome', 'failed'), _negated=True), ('served_on__gte', models.F('on')), models.Q(('proof', ''), _negated=True)), _connector='OR'), name='service_try_has_its_proof'), models.CheckConstraint(condition=models.Q(('way__in', ['direct', 'left', 'electronic', 'post', 'announcement'])), name='service_try_way_known'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'announced'), _negated=True), ('way', 'announcement'), _connector='OR'), name='service_try_announced_by_notice')],
            },
        ),
        migrations.AddIndex(
            model_name='issuedletter',
            index=models.Index(fields=['case', 'id'], name='letter_of_case'),
        ),
        migrations.AddIndex(
            model_name='issuedletter',
            index=models.Index(fields=['organisation', 'id'], name='letter_of_organisation'),
        ),
        migrations.AddConstraint(
            model_name='issuedletter',
            constraint=models.CheckConstraint(condition=models.Q(('addressee', ''), _negated=True), name='letter_has_addressee'),
        ),
        migrations.AddConstraint(
            model_name='issuedletter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('event', 0), ('step', '')), models.Q(models.Q(('step', ''), _negated=True), ('event__gt', 0)), _connector='OR'), name='letter_step_has_event'),
        ),
        migrations.AddConstraint(
            model_name='issuedletter',
            constraint=models.UniqueConstraint(condition=models.Q(('step', ''), _negated=True), fields=('case', 'event', 'kind'), name='letter_once_a_step'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
