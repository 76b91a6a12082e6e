from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """Entries on lists, their releases, and local rules that make lists or measures."""

    dependencies = [
        ('store', '0270_objections'),
    ]

    operations = [
        migrations.CreateModel(
            name='ListEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ground_kind', models.CharField(max_length=12)),
                ('ground_key', models.BigIntegerField()),
                ('suspended_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_cause', models.CharField(blank=True, default='', max_length=24)),
                ('ended_why', models.CharField(blank=True, default='', max_length=40)),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('list_key', models.CharField(max_length=60)),
                ('kind', models.CharField(max_length=12)),
                ('record_key', models.BigIntegerField(db_index=True, null=True)),
                ('seriousness', models.SmallIntegerField(default=0)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(null=True)),
                ('early_on', models.DateField(null=True)),
                ('entered_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='list_entry', to='store.case')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('proposed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['ground_kind', 'ground_key'], name='listentry_on_ground'), models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['until_on'], name='listentry_to_end'), models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['list_key', '-id'], name='listentry_of_list')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ground_kind__in', ['record', 'decision', 'list_entry'])), name='listentry_ground_known'), models.CheckConstraint(condition=models.Q(models.Q(('end_cause', ''), ('ended_at__isnull', True)), models.Q(('end_cause__in', ['withdrawn', 'revoked', 'corrected', 'repaired', 'deleted', 'term_expired', 'retention_expired', 'publication_expired', 'shielded', 'disputed']), ('ended_at__isnull', False)), _connector='OR'), name='listentry_end_has_cause'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('subject', 'list_key'), name='listentry_one_open'), models.CheckConstraint(condition=models.Q(('proposed_by', models.F('decided_by')), _negated=True), name='listentry_two_persons'), models.CheckConstraint(condition=models.Q(('kind__in', ['serious', 'abnormal', 'focus', 'positive'])), name='listentry_kind_known'), models.CheckConstraint(condition=models.Q(('ground_kind__in', ['record', 'decision'])), name='listentry_rests_on_decision'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'serious'), _negated=True), models.Q(('record_key__isnull', False), ('until_on__isnull', False)), _connector='OR'), name='listentry_serious_has_term'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'focus'), _negated=True), ('record_key__isnull', True), _connector='OR'), name='listentry_focus_is_internal'), models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gt', models.F('from_on')), _connector='OR'), name='listentry_period')],
            },
        ),
        migrations.CreateModel(
            name='ListRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('list_key', models.CharField(max_length=60)),
                ('period', models.CharField(max_length=20)),
                ('made_at', models.DateTimeField()),
                ('released_at', models.DateTimeField(null=True)),
                ('entries', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('digest', models.CharField(blank=True, max_length=71)),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('released_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'list_key', 'period'), name='listrelease_once_a_period'), models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('released_at__isnull', True), ('released_by__isnull', True)), models.Q(('released_at__isnull', False), ('released_by__isnull', False), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='listrelease_whole'), models.CheckConstraint(condition=models.Q(('released_by__isnull', True), models.Q(('released_by', models.F('made_by')), _negated=True), _connector='OR'), name='listrelease_two_persons')],
            },
        ),
        migrations.CreateModel(
            name='LocalRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('document_no', models.CharField(max_length=100)),
                ('issuer', models.CharField(max_length=120)),
                ('issued_on', models.DateField(null=True)),
                ('rank', models.CharField(max_length=32)),
                ('about', models.CharField(max_length=8)),
                ('sets', models.CharField(max_length=200)),
                ('entered_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', '待评估'), ('fits', '符合'), ('exceeds', '超出国家规定，待清理'), ('amended', '已修订'), ('repealed', '已废止')], default='open', max_length=10)),
                ('finding', models.CharField(blank=True, max_length=500)),
                ('assessed_at', models.DateTimeField(null=True)),
                ('assessed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('document_no', 'about', 'sets'), name='localrule_once'), models.CheckConstraint(condition=models.Q(('about__in', ['list', 'measure'])), name='localrule_about_known'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'fits', 'exceeds', 'amended', 'repealed'])), name='localrule_state_known'), models.CheckConstraint(condition=models.Q(('state', 'open'), models.Q(('assessed_at__isnull', False), ('assessed_by__isnull', False), models.Q(('finding', ''), _negated=True)), _connector='OR'), name='localrule_assessed_by_somebody')],
            },
        ),
        migrations.RunSQL((SQL / "listings.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
