import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GROWING = ("store_visitarrival", "store_visitsheet", "store_visitpoint", "store_visitrating")
GUARDS = "".join(
    f"CREATE TRIGGER only_grows BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    for table in GROWING
)
GUARDS += "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in ("store_visit", *GROWING)
)


class Migration(migrations.Migration):
    """Visits of enterprises: who goes where on which plan, what was found, and what the enterprise says of it."""

    dependencies = [
        ('store', '0360_inspection_plans'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('daily', '日常检查'), ('special', '专项检查'), ('case', '个案检查')], max_length=12)),
                ('urgent', models.BooleanField(default=False)),
                ('matter', models.CharField(max_length=200)),
                ('matter_key', models.CharField(blank=True, default='', max_length=40)),
                ('offsite', models.CharField(max_length=500)),
                ('certificates', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('year', models.IntegerField()),
                ('number', models.PositiveIntegerField()),
                ('limit', models.PositiveIntegerField()),
                ('beyond', models.CharField(blank=True, default='', max_length=40)),
                ('code', models.CharField(max_length=12, unique=True)),
                ('record_key', models.BigIntegerField(null=True)),
                ('batch', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visit', to='store.batch')),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='visit', to='store.case')),
                ('drawn', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='store.drawnobject')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.organisation')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='store.plan')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='store.subject')),
            ],
        ),
        migrations.CreateModel(
            name='VisitArrival',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.CharField(max_length=64, unique=True)),
                ('way', models.CharField(choices=[('code', '企业扫码核验'), ('shown', '出示执法证件和通知书'), ('absent', '到登记的住所，未能联系')], max_length=8)),
                ('at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='arrival', to='store.visit')),
            ],
        ),
        migrations.CreateModel(
            name='VisitRating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stars', models.PositiveSmallIntegerField()),
                ('words', models.CharField(blank=True, max_length=1000)),
                ('complains', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('visit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='rating', to='store.visit')),
            ],
        ),
        migrations.CreateModel(
            name='VisitSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveIntegerField()),
                ('client_id', models.CharField(max_length=64, unique=True)),
                ('digest', models.CharField(max_length=71)),
                ('result', models.CharField(max_length=40)),
                ('found', models.CharField(max_length=4000)),
                ('views', models.CharField(blank=True, max_length=2000)),
                ('present', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('recorded_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('recorded_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='store.visit')),
            ],
        ),
        migrations.CreateModel(
            name='VisitPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40)),
                ('text', models.CharField(max_length=400)),
                ('finding', models.CharField(choices=[('fit', '符合'), ('unfit', '不符合'), ('apart', '不涉及')], max_length=8)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='points', to='store.visitsheet')),
            ],
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['organisation', 'year', 'subject'], name='visit_of_organ_and_year'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['organisation', '-id'], name='visit_of_organ'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.UniqueConstraint(fields=('drawn',), name='visit_once_a_drawn'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['daily', 'special', 'case'])), name='visit_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('urgent', False), ('kind', 'case'), _connector='OR'), name='visit_urgent_on_a_lead'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('offsite', ''), _negated=True), name='visit_says_why_on_site'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('number__lte', models.F('limit')), models.Q(('beyond', ''), _negated=True), _connector='OR'), name='visit_within_ceiling_or_reason'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('drawn__isnull', False), ('kind', 'case'), _connector='OR'), name='visit_drawn_or_on_a_lead'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('record_key__isnull', True), ('batch__isnull', False), _connector='OR'), name='visit_record_has_batch'),
        ),
        migrations.AddConstraint(
            model_name='visitarrival',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['code', 'shown', 'absent'])), name='visit_arrival_way_known'),
        ),
        migrations.AddConstraint(
            model_name='visitarrival',
            constraint=models.CheckConstraint(condition=models.Q(('received_at__gte', models.F('at'))), name='visit_arrival_before_receipt'),
        ),
        migrations.AddIndex(
            model_name='visitrating',
            index=models.Index(condition=models.Q(('complains', True)), fields=['-id'], name='visit_complaints'),
        ),
        migrations.AddConstraint(
            model_name='visitrating',
            constraint=models.CheckConstraint(condition=models.Q(('stars__gte', 1), ('stars__lte', 5)), name='visit_rating_one_to_five'),
        ),
        migrations.AddConstraint(
            model_name='visitrating',
            constraint=models.CheckConstraint(condition=models.Q(('complains', False), models.Q(('words', ''), _negated=True), _connector='OR'), name='visit_complaint_says_what'),
        ),
        migrations.AddConstraint(
            model_name='visitsheet',
            constraint=models.UniqueConstraint(fields=('visit', 'sequence'), name='visit_sheet_sequence'),
        ),
        migrations.AddConstraint(
            model_name='visitsheet',
            constraint=models.CheckConstraint(condition=models.Q(('found', ''), _negated=True), name='visit_sheet_says_what'),
        ),
        migrations.AddConstraint(
            model_name='visitsheet',
            constraint=models.CheckConstraint(condition=models.Q(('received_at__gte', models.F('recorded_at'))), name='visit_sheet_before_receipt'),
        ),
        migrations.AddConstraint(
            model_name='visitpoint',
            constraint=models.UniqueConstraint(fields=('sheet', 'key'), name='visit_point_once'),
        ),
        migrations.AddConstraint(
            model_name='visitpoint',
            constraint=models.CheckConstraint(condition=models.Q(('finding__in', ['fit', 'unfit', 'apart'])), name='visit_point_finding_known'),
        ),
        migrations.AddConstraint(
            model_name='visitpoint',
            constraint=models.CheckConstraint(condition=models.Q(('finding', 'unfit'), ('note', ''), _negated=True), name='visit_point_unfit_says_what'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
