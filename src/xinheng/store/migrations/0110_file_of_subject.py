from pathlib import Path

import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).resolve().parent.parent / "sql"
KEPT = ("store_subjectflag", "store_relation")
GUARDS = "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in KEPT
)
COMPLAINTS = "UPDATE store_batch SET provenance = 3 WHERE item = 22"


class Migration(migrations.Migration):
    """The file of a subject: class of what came, marks, persons of a listing, words that can be emptied."""

    dependencies = [
        ('store', '0100_one_subject_a_code'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicComplaint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('received_on', models.DateField(null=True)),
                ('category', models.CharField(max_length=200)),
                ('outcome', models.CharField(max_length=40)),
                ('authority', models.CharField(max_length=200)),
            ],
            options={
                'db_table': 'public_complaint',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Relation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('record_key', models.BigIntegerField(db_index=True)),
                ('kind', models.CharField(choices=[('legal_representative', '法定代表人'), ('person_in_charge', '主要负责人'), ('actual_controller', '实际控制人')], max_length=20)),
                ('sealed', models.BinaryField(null=True)),
                ('wrapped_key', models.BinaryField(null=True)),
                ('source', models.CharField(max_length=300)),
                ('from_on', models.DateField()),
                ('to_on', models.DateField(null=True)),
                ('entered_at', models.DateTimeField()),
                ('forgotten_at', models.DateTimeField(null=True)),
                ('forgotten_why', models.CharField(blank=True, max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name='SubjectFlag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('state_body', '机关事业单位'), ('state_owned', '国有企业')], max_length=12)),
                ('superior', models.CharField(max_length=200)),
                ('audit_contact', models.CharField(max_length=200)),
                ('source', models.CharField(max_length=300)),
                ('from_on', models.DateField()),
                ('to_on', models.DateField(null=True)),
                ('set_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_reason', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.AddField(
            model_name='batch',
            name='provenance',
            field=models.SmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(condition=models.Q(('provenance', 1), _negated=True), fields=['id'], name='batch_kept_apart'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('provenance__in', [1, 2, 3, 4])), name='batch_provenance_known'),
        ),
        migrations.AddField(
            model_name='relation',
            name='entered_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='relation',
            name='ground',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.record'),
        ),
        migrations.AddField(
            model_name='relation',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='relations', to='store.subject'),
        ),
        migrations.AddField(
            model_name='subjectflag',
            name='ended_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='subjectflag',
            name='set_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='subjectflag',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='store.subject'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['legal_representative', 'person_in_charge', 'actual_controller'])), name='relation_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='relation_says_whence'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.CheckConstraint(condition=models.Q(('to_on__isnull', True), ('to_on__gte', models.F('from_on')), _connector='OR'), name='relation_period'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('forgotten_at__isnull', True), ('sealed__isnull', False), ('wrapped_key__isnull', False)), models.Q(('forgotten_at__isnull', False), ('sealed__isnull', True), ('wrapped_key__isnull', True), models.Q(('forgotten_why', ''), _negated=True)), _connector='OR'), name='relation_sealed_until_forgotten'),
        ),
        migrations.AddConstraint(
            model_name='subjectflag',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['state_body', 'state_owned'])), name='subject_flag_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='subjectflag',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source', ''), _negated=True), models.Q(('superior', ''), _negated=True)), name='subject_flag_says_whence'),
        ),
        migrations.AddConstraint(
            model_name='subjectflag',
            constraint=models.CheckConstraint(condition=models.Q(('to_on__isnull', True), ('to_on__gte', models.F('from_on')), _connector='OR'), name='subject_flag_period'),
        ),
        migrations.AddConstraint(
            model_name='subjectflag',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('ended_by__isnull', False), ('to_on__isnull', False), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='subject_flag_end_says_why'),
        ),
        migrations.AddConstraint(
            model_name='subjectflag',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('subject', 'kind'), name='subject_flag_one_open'),
        ),
        migrations.RunSQL(COMPLAINTS, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "file_of_subject.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
