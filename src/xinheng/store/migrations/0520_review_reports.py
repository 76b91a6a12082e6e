import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = (
    "CREATE TRIGGER only_grows BEFORE UPDATE ON store_reviewedsubject"
    " FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_removed BEFORE DELETE ON store_reviewedsubject"
    " FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_reviewedsubject"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_removed BEFORE DELETE ON store_reviewreport"
    " FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_reviewreport"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
)


class Migration(migrations.Migration):
    """Review reports on several enterprises, and whom each is on; no row is removed."""

    dependencies = [
        ('store', '0477_sandbox_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReviewReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=22, unique=True)),
                ('kind', models.CharField(choices=[('tender', '投标人信用核查报告'), ('again', '投标人信用核查报告（定标前再核查）'), ('inquiry', '信用核查复函')], max_length=8)),
                ('occasion', models.CharField(max_length=16)),
                ('project', models.CharField(max_length=200)),
                ('purpose', models.CharField(max_length=200)),
                ('as_of', models.DateField()),
                ('at', models.DateTimeField()),
                ('asked_no', models.CharField(blank=True, default='', max_length=100)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('used', models.CharField(blank=True, default='', max_length=500)),
                ('used_at', models.DateTimeField(null=True)),
                ('digest', models.CharField(max_length=71)),
                ('facts_digest', models.CharField(max_length=71)),
                ('asked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('content', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.storedfile')),
                ('earlier', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='again', to='store.reviewreport')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='ReviewedSubject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField()),
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subjects', to='store.reviewreport')),
            ],
        ),
        migrations.AddIndex(
            model_name='reviewreport',
            index=models.Index(fields=['organisation', '-id'], name='review_of_organ'),
        ),
        migrations.AddConstraint(
            model_name='reviewreport',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['tender', 'again', 'inquiry'])), name='review_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='reviewreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('project', ''), _negated=True), models.Q(('purpose', ''), _negated=True)), name='review_says_for_what'),
        ),
        migrations.AddConstraint(
            model_name='reviewreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('asked_by__isnull', False), ('kind', 'inquiry'), models.Q(('asked_no', ''), _negated=True)), models.Q(models.Q(('kind', 'inquiry'), _negated=True), ('asked_by__isnull', True), ('asked_no', ''), ('confirmed_at__isnull', True)), _connector='OR'), name='review_inquiry_names_its_letter'),
        ),
        migrations.AddConstraint(
            model_name='reviewreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('earlier__isnull', False), ('kind', 'again')), models.Q(models.Q(('kind', 'again'), _negated=True), ('earlier__isnull', True)), _connector='OR'), name='review_again_names_the_earlier'),
        ),
        migrations.AddConstraint(
            model_name='reviewreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), models.Q(('confirmed_by', models.F('by')), _negated=True)), _connector='OR'), name='review_confirmed_by_another'),
        ),
        migrations.AddConstraint(
            model_name='reviewreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('used', ''), ('used_at__isnull', True)), models.Q(models.Q(('used', ''), _negated=True), ('used_at__isnull', False)), _connector='OR'), name='review_use_has_its_moment'),
        ),
        migrations.AddConstraint(
            model_name='reviewreport',
            constraint=models.CheckConstraint(condition=models.Q(('number__regex', '^[0-9]{14}[2-9A-HJKMNP-TV-Z]{8}$')), name='review_number_form'),
        ),
        migrations.AddConstraint(
            model_name='reviewedsubject',
            constraint=models.UniqueConstraint(fields=('review', 'subject'), name='reviewedsubject_once_a_review'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
