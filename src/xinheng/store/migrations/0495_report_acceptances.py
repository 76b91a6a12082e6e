import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = (
    "CREATE TRIGGER only_grows BEFORE UPDATE ON store_reportacceptance"
    " FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_removed BEFORE DELETE ON store_reportacceptance"
    " FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_reportacceptance"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
)


class Migration(migrations.Migration):
    """Reports taken in place of certificates, and complaints that one was not; rows only grow."""

    dependencies = [
        ('store', '0476_index_of_checks'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportAcceptance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('matter', models.CharField(max_length=20)),
                ('source', models.CharField(choices=[('city', '本平台'), ('province', '省级平台')], max_length=8)),
                ('number', models.CharField(max_length=40)),
                ('accepted', models.BooleanField()),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('received_on', models.DateField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.madereport')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'matter', 'number'), name='reportacceptance_once_a_matter'), models.CheckConstraint(condition=models.Q(models.Q(('made__isnull', False), ('source', 'city')), models.Q(('made__isnull', True), ('source', 'province')), _connector='OR'), name='reportacceptance_of_a_report_that_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('accepted', True), ('reason', '')), models.Q(('accepted', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='reportacceptance_refused_with_reason')],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name='misusecomplaint', name='misuse_fault_known'),
        migrations.AddConstraint(
            model_name='misusecomplaint',
            constraint=models.CheckConstraint(condition=models.Q(('fault__in', ['misuse', 'leak', 'tampering', 'refused'])), name='misuse_fault_known'),
        ),
    ]
