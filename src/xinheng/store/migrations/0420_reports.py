import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = (
    "CREATE TRIGGER only_grows BEFORE UPDATE ON store_madereport"
    " FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_removed BEFORE DELETE ON store_madereport"
    " FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_madereport"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
)


class Migration(migrations.Migration):
    """Credit reports that were made; rows only grow."""

    dependencies = [
        ('store', '0396_leads'),
    ]

    operations = [
        migrations.CreateModel(
            name='MadeReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=22, unique=True)),
                ('kind', models.CharField(max_length=12)),
                ('requester', models.CharField(choices=[('own', '企业本人'), ('window', '企业到窗口'), ('public', '社会公众')], max_length=8)),
                ('proof', models.CharField(blank=True, max_length=12)),
                ('purpose', models.CharField(max_length=20)),
                ('as_of', models.DateField()),
                ('issued_at', models.DateTimeField()),
                ('digest', models.CharField(max_length=71)),
                ('facts_digest', models.CharField(max_length=71)),
                ('policy_digest', models.CharField(max_length=71)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.enterpriseaccount')),
                ('clerk', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('content', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.storedfile')),
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='store.subject')),
            ],
            options={
                'indexes': [models.Index(fields=['subject', '-id'], name='report_of_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['basic', 'authorised'])), name='report_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('requester', 'public'), _negated=True), ('kind', 'basic'), _connector='OR'), name='report_public_gets_the_basic_one'), models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', False), ('clerk__isnull', True), ('proof', ''), ('requester', 'own')), models.Q(('account__isnull', True), ('clerk__isnull', False), ('requester', 'window'), models.Q(('proof', ''), _negated=True)), models.Q(('account__isnull', True), ('clerk__isnull', True), ('proof', ''), ('requester', 'public')), _connector='OR'), name='report_says_who_asked'), models.CheckConstraint(condition=models.Q(('number__regex', '^[0-9]{14}[2-9A-HJKMNP-TV-Z]{8}$')), name='report_number_form')],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
