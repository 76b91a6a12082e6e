import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models

GUARDS = (
    "CREATE TRIGGER never_removed BEFORE DELETE ON store_creditagency"
    " FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_creditagency"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_removed BEFORE DELETE ON store_agencyreport"
    " FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_agencyreport"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
)


class Migration(migrations.Migration):
    """Credit agencies and their reports that organs received; no row is removed."""

    dependencies = [
        ('store', '0520_review_reports'),
    ]

    operations = [
        migrations.CreateModel(
            name='CreditAgency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('code', models.CharField(max_length=18, unique=True)),
                ('filing_no', models.CharField(max_length=60, unique=True)),
                ('filed_with', models.CharField(max_length=120)),
                ('filed_on', models.DateField()),
                ('entered_at', models.DateTimeField()),
                ('struck_at', models.DateTimeField(null=True)),
                ('struck_reason', models.CharField(blank=True, default='', max_length=300)),
                ('entered_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='AgencyReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('number', models.CharField(blank=True, default='', max_length=60)),
                ('digest', models.CharField(blank=True, db_index=True, default='', max_length=71)),
                ('purpose', models.CharField(max_length=200)),
                ('made_on', models.DateField()),
                ('valid_until', models.DateField()),
                ('at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, choices=[('confirmed', '确认为其出具'), ('denied', '否认为其出具')], default='', max_length=10)),
                ('answer_said', models.CharField(blank=True, default='', max_length=300)),
                ('answered_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_reason', models.CharField(blank=True, default='', max_length=300)),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agency_reports', to='store.subject')),
                ('agency', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='store.creditagency')),
            ],
        ),
        migrations.AddConstraint(
            model_name='creditagency',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('filing_no', ''), _negated=True), models.Q(('filed_with', ''), _negated=True)), name='creditagency_says_its_filing'),
        ),
        migrations.AddConstraint(
            model_name='creditagency',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('struck_at__isnull', True), ('struck_reason', '')), models.Q(('struck_at__isnull', False), models.Q(('struck_reason', ''), _negated=True)), _connector='OR'), name='creditagency_struck_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='agencyreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agency__isnull', True), ('answer', ''), ('digest', ''), ('number', '')), models.Q(('agency__isnull', False), models.Q(('number', ''), _negated=True), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='agencyreport_nothing_of_a_bank_but_its_use'),
        ),
        migrations.AddConstraint(
            model_name='agencyreport',
            constraint=models.CheckConstraint(condition=models.Q(('purpose', ''), _negated=True), name='agencyreport_says_what_for'),
        ),
        migrations.AddConstraint(
            model_name='agencyreport',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__gte', models.F('made_on'))), name='agencyreport_period'),
        ),
        migrations.AddConstraint(
            model_name='agencyreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answer_said', ''), ('answered_at__isnull', True)), models.Q(('answered_at__isnull', False), models.Q(('answer', ''), _negated=True), models.Q(('answer_said', ''), _negated=True)), _connector='OR'), name='agencyreport_answer_says_how'),
        ),
        migrations.AddConstraint(
            model_name='agencyreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_reason', '')), models.Q(('withdrawn_at__isnull', False), models.Q(('withdrawn_reason', ''), _negated=True)), _connector='OR'), name='agencyreport_withdrawn_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='agencyreport',
            constraint=models.UniqueConstraint(condition=models.Q(('agency__isnull', False), ('withdrawn_at__isnull', True)), fields=('organisation', 'agency', 'number'), name='agencyreport_once_an_organ'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
