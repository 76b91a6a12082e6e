from pathlib import Path

import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """Objections with their marks, corrections of errors, sealed complaints on misuse, extracts of the ledger."""

    dependencies = [
        ('store', '0280_endings'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=200)),
                ('text', models.CharField(max_length=1000)),
                ('wrong_from', models.DateField()),
                ('wrong_to', models.DateField()),
                ('shown_until', models.DateField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'public_correction',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('what', models.CharField(max_length=200)),
                ('text', models.CharField(max_length=1000)),
                ('wrong_from', models.DateField()),
                ('wrong_to', models.DateField()),
                ('shown_until', models.DateField(null=True)),
                ('scores', models.JSONField(default=list)),
                ('at', models.DateTimeField()),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='correction', to='store.case')),
                ('decided_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.record')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='store.subject')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('wrong_from__lte', models.F('wrong_to'))), name='correction_period'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='correction_says_something')],
            },
        ),
        migrations.CreateModel(
            name='LedgerExtract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_on', models.DateField()),
                ('to_on', models.DateField()),
                ('lines', models.JSONField()),
                ('digest', models.CharField(max_length=71)),
                ('drawn_at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extracts', to='store.case')),
                ('drawn_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('from_on__lte', models.F('to_on'))), name='ledger_extract_period')],
            },
        ),
        migrations.CreateModel(
            name='MisuseComplaint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fault', models.CharField(max_length=12)),
                ('sealed', models.BinaryField()),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='misuse', to='store.case')),
                ('subject', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject')),
                ('unit', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('fault__in', ['misuse', 'leak', 'tampering'])), name='misuse_fault_known')],
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('aim', models.CharField(max_length=12)),
                ('reference', models.CharField(max_length=40)),
                ('record_key', models.BigIntegerField(null=True)),
                ('state_before', models.SmallIntegerField(null=True)),
                ('words', models.CharField(max_length=300)),
                ('wrong', models.CharField(max_length=1000)),
                ('wanted', models.CharField(blank=True, max_length=1000)),
                ('channel', models.CharField(max_length=8)),
                ('pushed_by', models.CharField(blank=True, max_length=80)),
                ('pushed_number', models.CharField(blank=True, max_length=80)),
                ('marked_at', models.DateTimeField()),
                ('mark_removed_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(blank=True, max_length=12)),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='objection', to='store.case')),
                ('source', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='store.subject')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('mark_removed_at__isnull', True)), fields=('subject', 'aim', 'reference'), name='objection_one_open_a_thing'), models.UniqueConstraint(condition=models.Q(('pushed_number', ''), _negated=True), fields=('pushed_by', 'pushed_number'), name='objection_pushed_once'), models.CheckConstraint(condition=models.Q(('aim__in', ['record', 'inspection', 'list_entry', 'measure', 'grade'])), name='objection_aim_known'), models.CheckConstraint(condition=models.Q(('channel__in', ['own', 'window', 'pushed'])), name='objection_channel_known'), models.CheckConstraint(condition=models.Q(('answer__in', ['', 'corrected', 'withdrawn', 'upheld', 'retracted'])), name='objection_answer_known'), models.CheckConstraint(condition=models.Q(('wrong', ''), _negated=True), name='objection_says_what_is_wrong'), models.CheckConstraint(condition=models.Q(('mark_removed_at__isnull', True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='objection_mark_ends_by_answer')],
            },
        ),
        migrations.RunSQL((SQL / "objections.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
