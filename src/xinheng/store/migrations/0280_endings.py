from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """What has ended and who was told of it; and that no record that ended stays published."""

    dependencies = [
        ('store', '0261_repairs'),
    ]

    operations = [
        migrations.CreateModel(
            name='Ending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('ground_kind', models.CharField(blank=True, max_length=12)),
                ('ground_key', models.BigIntegerField(null=True)),
                ('cause', models.CharField(max_length=24)),
                ('at', models.DateTimeField()),
                ('subjects', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('records', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('effects', models.JSONField(default=dict)),
                ('spread_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('spread_at__isnull', True)), fields=['id'], name='ending_to_spread'), models.Index(fields=['ground_kind', 'ground_key'], name='ending_of_ground')],
                'constraints': [models.CheckConstraint(condition=models.Q(('cause__in', ['withdrawn', 'revoked', 'corrected', 'repaired', 'deleted', 'term_expired', 'retention_expired', 'publication_expired', 'shielded', 'disputed'])), name='ending_cause_known'), models.CheckConstraint(condition=models.Q(models.Q(('ground_key__isnull', True), ('ground_kind', '')), models.Q(('ground_key__isnull', False), ('ground_kind__in', ['record', 'decision', 'list_entry'])), _connector='OR'), name='ending_ground_whole')],
            },
        ),
        migrations.CreateModel(
            name='Telling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('results', '评价结果推送'), ('exchange', '平台间交换'), ('sharing', '数据共享')], max_length=10)),
                ('receiver', models.BigIntegerField()),
                ('told_at', models.DateTimeField(null=True)),
                ('received_at', models.DateTimeField(null=True)),
                ('receipt', models.CharField(blank=True, max_length=200)),
                ('late_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ending', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tellings', to='store.ending')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('received_at__isnull', True)), fields=['id'], name='telling_open')],
                'constraints': [models.UniqueConstraint(fields=('ending', 'channel', 'receiver'), name='telling_once'), models.CheckConstraint(condition=models.Q(('channel__in', ['results', 'exchange', 'sharing'])), name='telling_channel_known'), models.CheckConstraint(condition=models.Q(('received_at__isnull', True), models.Q(('receipt', ''), _negated=True), _connector='OR'), name='telling_receipt_says_something'), models.CheckConstraint(condition=models.Q(('told_at__isnull', True), ('received_at__isnull', True), ('received_at__gte', models.F('told_at')), _connector='OR'), name='telling_received_after_told')],
            },
        ),
        migrations.RunSQL((SQL / "effects.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
