from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Attachments to batches, records and statements, withdrawn with a reason; bundles of scans that were handed on."""

    dependencies = [
        ('store', '0140_sharing_and_consent'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScanBundle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('item', models.SmallIntegerField()),
                ('month', models.DateField()),
                ('attachments', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('missing', models.IntegerField()),
                ('files_size', models.BigIntegerField()),
                ('receipt', models.CharField(max_length=71)),
                ('reason', models.CharField(max_length=200)),
                ('made_at', models.DateTimeField()),
                ('received_by', models.CharField(blank=True, db_default='', default='', max_length=120)),
                ('received_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='attachment',
            name='batch',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='store.batch'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='checked',
            field=models.CharField(choices=[('unchecked', '未查毒'), ('clean', '未发现病毒'), ('infected', '发现病毒')], db_default='unchecked', default='unchecked', max_length=10),
        ),
        migrations.AddField(
            model_name='attachment',
            name='checked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='attachment',
            name='kind',
            field=models.CharField(choices=[('pdf', 'PDF'), ('jpeg', 'JPG'), ('png', 'PNG'), ('tiff', 'TIFF'), ('ofd', 'OFD'), ('docx', 'DOCX'), ('xlsx', 'XLSX')], db_default='pdf', default='pdf', max_length=8),
        ),
        migrations.AddField(
            model_name='attachment',
            name='organisation',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='pages',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='attachment',
            name='personal',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name='attachment',
            name='record_key',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='attachment',
            name='statement',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='store.nothingstatement'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='subject',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='whole',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='attachment',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='attachment',
            name='withdrawn_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='attachment',
            name='withdrawn_why',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='store.case'),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='store.storedfile'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(condition=models.Q(('checked', 'unchecked'), ('withdrawn_at__isnull', True)), fields=['id'], name='attachment_to_check'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', False), ('case__isnull', True), ('record_key__isnull', True), ('statement__isnull', True)), models.Q(('batch__isnull', True), ('case__isnull', True), ('record_key__isnull', False), ('statement__isnull', True)), models.Q(('batch__isnull', True), ('case__isnull', True), ('record_key__isnull', True), ('statement__isnull', False)), models.Q(('batch__isnull', True), ('case__isnull', False), ('record_key__isnull', True), ('statement__isnull', True)), _connector='OR'), name='attachment_one_target'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['pdf', 'jpeg', 'png', 'tiff', 'ofd', 'docx', 'xlsx'])), name='attachment_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('checked__in', ['unchecked', 'clean', 'infected'])), name='attachment_checked_known'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('withdrawn_why', ''), _negated=True), _connector='OR'), name='attachment_withdrawn_says_why'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('whole', False), ('batch__isnull', False), _connector='OR'), name='attachment_whole_of_a_batch'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('batch', 'file'), name='attachment_once_a_batch'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('record_key', 'file'), name='attachment_once_a_record_key'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('statement', 'file'), name='attachment_once_a_statement'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('case', 'file'), name='attachment_once_a_case'),
        ),
        migrations.AddField(
            model_name='scanbundle',
            name='made_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='scanbundle',
            name='noted_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='scanbundle',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation'),
        ),
        migrations.AddField(
            model_name='scanbundle',
            name='index',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.storedfile'),
        ),
        migrations.AddConstraint(
            model_name='scanbundle',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='scan_bundle_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='scanbundle',
            constraint=models.CheckConstraint(condition=models.Q(('received_at__isnull', True), models.Q(('received_by', ''), _negated=True), _connector='OR'), name='scan_bundle_receiver_named'),
        ),
        migrations.RunSQL((SQL / "attachments.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
