import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


GUARDS = "".join(
    f"CREATE TRIGGER {name} BEFORE {deed} ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    for table, name, deed in (
        ("store_consent", "never_removed", "DELETE"),
        ("store_sharinggrant", "never_removed", "DELETE"),
        ("store_sharingcall", "only_grows", "UPDATE"),
        ("store_sharingcall", "never_removed", "DELETE"),
        ("store_sharingreading", "only_grows", "UPDATE"),
        ("store_sharingreading", "never_removed", "DELETE"),
    )
) + "".join(
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in ("store_consent", "store_sharinggrant", "store_sharingcall", "store_sharingreading")
)


class Migration(migrations.Migration):
    """Who may take what of the records, every time it was taken, and the register of consent."""

    dependencies = [
        ('store', '0190_letters'),
        ('store', '0210_enterprises'),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('items', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('feeds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, size=None)),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, size=None)),
                ('purpose', models.CharField(max_length=20)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField()),
                ('way', models.CharField(choices=[('paper', '书面'), ('online', '网上')], max_length=8)),
                ('entered_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('revoke_reason', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='SharingCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('day', models.DateField()),
                ('purpose', models.CharField(blank=True, max_length=20)),
                ('changes', models.BooleanField(default=False)),
                ('refused', models.CharField(blank=True, max_length=8)),
                ('records', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='SharingGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('items', models.JSONField()),
                ('purpose', models.CharField(max_length=20)),
                ('matter', models.CharField(max_length=200)),
                ('legal_basis', models.CharField(max_length=300)),
                ('daily_quota', models.IntegerField()),
                ('from_on', models.DateField()),
                ('until_on', models.DateField()),
                ('approved_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoke_reason', models.CharField(blank=True, max_length=200)),
                ('day', models.DateField(null=True)),
                ('day_calls', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='SharingReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.SmallIntegerField()),
                ('records', models.IntegerField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='batch',
            name='batch_provenance_known',
        ),
        migrations.RemoveConstraint(
            model_name='senderkey',
            name='sender_key_has_feeds',
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('provenance__in', [1, 2, 3, 4, 5])), name='batch_provenance_known'),
        ),
        migrations.AddField(
            model_name='consent',
            name='entered_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consent',
            name='receiver',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation'),
        ),
        migrations.AddField(
            model_name='consent',
            name='revoked_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consent',
            name='scan',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.storedfile'),
        ),
        migrations.AddField(
            model_name='consent',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='store.subject'),
        ),
        migrations.AddField(
            model_name='sharingcall',
            name='key',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.senderkey'),
        ),
        migrations.AddField(
            model_name='sharinggrant',
            name='approved_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sharinggrant',
            name='case',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sharing_grant', to='store.case'),
        ),
        migrations.AddField(
            model_name='sharinggrant',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation'),
        ),
        migrations.AddField(
            model_name='sharinggrant',
            name='revoked_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sharingcall',
            name='grant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='store.sharinggrant'),
        ),
        migrations.AddField(
            model_name='senderkey',
            name='grant',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='store.sharinggrant'),
        ),
        migrations.AddConstraint(
            model_name='senderkey',
            constraint=models.CheckConstraint(condition=models.Q(('grant__isnull', True), ('feeds', []), _connector='XOR'), name='sender_key_delivers_or_reads'),
        ),
        migrations.AddField(
            model_name='sharingreading',
            name='call',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='store.sharingcall'),
        ),
        migrations.AddField(
            model_name='sharingreading',
            name='consent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='store.consent'),
        ),
        migrations.AddField(
            model_name='sharingreading',
            name='subject',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject'),
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['until_on'], name='consent_running'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('items', []), _negated=True), name='consent_has_items'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='consent_period'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['paper', 'online'])), name='consent_way_known'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('way', 'paper'), _negated=True), ('scan__isnull', False), _connector='OR'), name='consent_paper_has_scan'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('revoked_by__isnull', True), models.Q(('ended_at__isnull', False), models.Q(('revoke_reason', ''), _negated=True)), _connector='OR'), name='consent_revoked_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='sharinggrant',
            constraint=models.CheckConstraint(condition=models.Q(('items', {}), _negated=True), name='sharing_grant_has_items'),
        ),
        migrations.AddConstraint(
            model_name='sharinggrant',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='sharing_grant_period'),
        ),
        migrations.AddConstraint(
            model_name='sharinggrant',
            constraint=models.CheckConstraint(condition=models.Q(('daily_quota__gt', 0)), name='sharing_grant_quota'),
        ),
        migrations.AddConstraint(
            model_name='sharinggrant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('purpose', ''), _negated=True), models.Q(('matter', ''), _negated=True), models.Q(('legal_basis', ''), _negated=True)), name='sharing_grant_says_what_for'),
        ),
        migrations.AddConstraint(
            model_name='sharinggrant',
            constraint=models.CheckConstraint(condition=models.Q(('revoked_at__isnull', True), models.Q(('revoked_by__isnull', False), models.Q(('revoke_reason', ''), _negated=True)), _connector='OR'), name='sharing_grant_revoked_with_reason'),
        ),
        migrations.AddIndex(
            model_name='sharingcall',
            index=models.Index(fields=['day'], name='sharing_call_day'),
        ),
        migrations.AddIndex(
            model_name='sharingreading',
            index=models.Index(fields=['subject', '-id'], name='sharing_reading_of_subject'),
        ),
        migrations.AddConstraint(
            model_name='sharingreading',
            constraint=models.UniqueConstraint(fields=('call', 'subject', 'item'), name='sharing_reading_once'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
