from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).resolve().parent.parent / "sql"
KEPT = ("store_codeissue", "store_codeissuestep", "store_subjectmerge", "store_namealias", "store_rowidentity")
GUARDS = "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in KEPT
)
GUARDS += (
    "CREATE TRIGGER only_grows BEFORE UPDATE ON store_codeissuestep"
    " FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
)


class Migration(migrations.Migration):
    """One subject a code: matters of codes, decisions on rows without a code, merges that can be undone."""


    dependencies = [
        ('store', '0050_given_grades'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicMoved',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(max_length=16)),
                ('code', models.CharField(max_length=18, null=True)),
                ('leads_to', models.CharField(max_length=16)),
            ],
            options={
                'db_table': 'public_moved',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='CodeIssue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('kind', models.CharField(choices=[('check', '校验位错'), ('many_codes', '一主体多码'), ('many_names', '一码多主体'), ('placeholder', '空码或占位码')], max_length=12)),
                ('key', models.CharField(max_length=220)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('members', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=220), default=list, size=None)),
                ('rows', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('occurrences', models.IntegerField(default=0)),
                ('registrar', models.CharField(choices=[('market_regulation', '市场监管'), ('civil_affairs', '民政'), ('establishment', '机构编制'), ('other', '其他登记管理部门')], max_length=24)),
                ('division', models.CharField(blank=True, max_length=6)),
                ('state', models.CharField(choices=[('open', '待分派'), ('assigned', '已分派'), ('fixed', '已整改，待复核'), ('verified', '已销号')], default='open', max_length=10)),
                ('found_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('cleared_at', models.DateTimeField(null=True)),
                ('assigned_at', models.DateTimeField(null=True)),
                ('due_on', models.DateField(null=True)),
                ('fixed_at', models.DateTimeField(null=True)),
                ('remedy', models.CharField(blank=True, max_length=300)),
                ('distinct', models.BooleanField(default=False)),
                ('verified_at', models.DateTimeField(null=True)),
                ('reopened', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='CodeIssueStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('open', '待分派'), ('assigned', '已分派'), ('fixed', '已整改，待复核'), ('verified', '已销号')], max_length=10)),
                ('deed', models.CharField(max_length=12)),
                ('remark', models.CharField(blank=True, max_length=300)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='NameAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('normalised', models.CharField(max_length=200)),
                ('reason', models.CharField(max_length=300)),
                ('remembered_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_reason', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='RowIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('yes', '是这一家'), ('no', '都不是'), ('unknown', '不能确定')], max_length=8)),
                ('score', models.IntegerField(null=True)),
                ('evidence', models.JSONField(default=list)),
                ('reason', models.CharField(max_length=300)),
                ('record_key', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField()),
                ('reversed_at', models.DateTimeField(null=True)),
                ('reversed_reason', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='SubjectMerge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('state', models.CharField(choices=[('proposed', '待决定'), ('refused', '未同意'), ('merged', '已合并'), ('splitting', '已提出拆分'), ('undone', '已拆分')], default='proposed', max_length=10)),
                ('reason', models.CharField(max_length=300)),
                ('ground', models.CharField(max_length=200)),
                ('evidence', models.JSONField(default=list)),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision', models.CharField(blank=True, max_length=300)),
                ('split_at', models.DateTimeField(null=True)),
                ('split_reason', models.CharField(blank=True, max_length=300)),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone_decision', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.AddField(
            model_name='subject',
            name='merged_into',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbed', to='store.subject'),
        ),
        migrations.AddField(
            model_name='subjectcode',
            name='from_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='subjectcode',
            name='to_on',
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name='subject',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='subject_merged_into'),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='subject_not_into_itself'),
        ),
        migrations.AddConstraint(
            model_name='subjectcode',
            constraint=models.CheckConstraint(condition=models.Q(('from_on__isnull', True), ('to_on__isnull', True), ('from_on__lte', models.F('to_on')), _connector='OR'), name='subject_code_period'),
        ),
        migrations.AddField(
            model_name='codeissue',
            name='assigned_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='codeissue',
            name='fixed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='codeissue',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='code_issues', to='store.organisation'),
        ),
        migrations.AddField(
            model_name='codeissue',
            name='verified_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='codeissuestep',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='codeissuestep',
            name='issue',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='store.codeissue'),
        ),
        migrations.AddField(
            model_name='namealias',
            name='remembered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='namealias',
            name='revoked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='namealias',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='aliases', to='store.subject'),
        ),
        migrations.AddField(
            model_name='rowidentity',
            name='alias',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='store.namealias'),
        ),
        migrations.AddField(
            model_name='rowidentity',
            name='decided_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='rowidentity',
            name='reversed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='rowidentity',
            name='row',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identities', to='store.returnedrow'),
        ),
        migrations.AddField(
            model_name='rowidentity',
            name='subject',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject'),
        ),
        migrations.AddField(
            model_name='subjectmerge',
            name='absorbed',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges_away', to='store.subject'),
        ),
        migrations.AddField(
            model_name='subjectmerge',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='subjectmerge',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='subjectmerge',
            name='split_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='subjectmerge',
            name='survivor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges_here', to='store.subject'),
        ),
        migrations.AddField(
            model_name='subjectmerge',
            name='undone_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='codeissue',
            index=models.Index(condition=models.Q(('state', 'verified'), _negated=True), fields=['organisation', 'id'], name='code_issue_living'),
        ),
        migrations.AddConstraint(
            model_name='codeissue',
            constraint=models.UniqueConstraint(fields=('kind', 'key'), name='code_issue_once'),
        ),
        migrations.AddConstraint(
            model_name='codeissue',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['check', 'many_codes', 'many_names', 'placeholder'])), name='code_issue_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='codeissue',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'assigned', 'fixed', 'verified'])), name='code_issue_state_known'),
        ),
        migrations.AddConstraint(
            model_name='codeissue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('fixed', 'verified')), _negated=True), models.Q(('fixed_by__isnull', False), models.Q(('remedy', ''), _negated=True)), _connector='OR'), name='code_issue_fixed_by_a_person'),
        ),
        migrations.AddConstraint(
            model_name='codeissue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'verified'), _negated=True), models.Q(('verified_by__isnull', False), models.Q(('verified_by', models.F('fixed_by')), _negated=True)), _connector='OR'), name='code_issue_two_persons'),
        ),
        migrations.AddIndex(
            model_name='codeissuestep',
            index=models.Index(fields=['issue', 'id'], name='code_issue_course'),
        ),
        migrations.AddConstraint(
            model_name='namealias',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('normalised',), name='name_alias_one_living'),
        ),
        migrations.AddConstraint(
            model_name='namealias',
            constraint=models.CheckConstraint(condition=models.Q(('revoked_at__isnull', True), models.Q(('revoked_by__isnull', False), models.Q(('revoked_reason', ''), _negated=True)), _connector='OR'), name='name_alias_end_says_why'),
        ),
        migrations.AddConstraint(
            model_name='rowidentity',
            constraint=models.UniqueConstraint(condition=models.Q(('reversed_at__isnull', True)), fields=('row',), name='row_identity_one_standing'),
        ),
        migrations.AddConstraint(
            model_name='rowidentity',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ['yes', 'no', 'unknown'])), name='row_identity_verdict_known'),
        ),
        migrations.AddConstraint(
            model_name='rowidentity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'yes'), _negated=True), models.Q(('record_key__isnull', False), ('subject__isnull', False)), _connector='OR'), name='row_identity_yes_names_one'),
        ),
        migrations.AddConstraint(
            model_name='rowidentity',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='row_identity_says_why'),
        ),
        migrations.AddConstraint(
            model_name='rowidentity',
            constraint=models.CheckConstraint(condition=models.Q(('reversed_at__isnull', True), models.Q(('reversed_by__isnull', False), models.Q(('reversed_reason', ''), _negated=True)), _connector='OR'), name='row_identity_end_says_why'),
        ),
        migrations.AddIndex(
            model_name='subjectmerge',
            index=models.Index(fields=['survivor'], name='subject_merge_of_survivor'),
        ),
        migrations.AddConstraint(
            model_name='subjectmerge',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'refused', 'merged', 'splitting', 'undone'])), name='subject_merge_state_known'),
        ),
        migrations.AddConstraint(
            model_name='subjectmerge',
            constraint=models.CheckConstraint(condition=models.Q(('absorbed', models.F('survivor')), _negated=True), name='subject_merge_of_two'),
        ),
        migrations.AddConstraint(
            model_name='subjectmerge',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('proposed', 'merged', 'splitting'))), fields=('absorbed',), name='subject_merge_one_open'),
        ),
        migrations.AddConstraint(
            model_name='subjectmerge',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'proposed'), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='subject_merge_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='subjectmerge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'undone'), _negated=True), models.Q(('split_by__isnull', False), ('undone_by__isnull', False), models.Q(('undone_by', models.F('split_by')), _negated=True)), _connector='OR'), name='subject_split_two_persons'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "public_moved.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
