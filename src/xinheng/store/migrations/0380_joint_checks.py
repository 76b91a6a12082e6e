import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


GUARDS = "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in ("store_jointcheck", "store_jointmember")
)


class Migration(migrations.Migration):
    """Visits of several organs at one place that are proposed as one, and what each organ says to it."""

    dependencies = [
        ('store', '0371_consents_of_enterprises'),
    ]

    operations = [
        migrations.CreateModel(
            name='JointCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ('place', models.CharField(max_length=300)),
                ('first_on', models.DateField()),
                ('last_on', models.DateField()),
                ('day', models.DateField()),
                ('proposed_at', models.DateTimeField()),
                ('tied_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_why', models.CharField(blank=True, default='', max_length=200)),
                ('version', models.PositiveIntegerField(default=1)),
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.subject')),
            ],
        ),
        migrations.CreateModel(
            name='JointMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('answer', models.CharField(choices=[('waiting', '待答复'), ('agreed', '已同意'), ('refused', '不参加')], default='waiting', max_length=8)),
                ('answered_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('left_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('joint', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='store.jointcheck')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='joints', to='store.visit')),
            ],
        ),
        migrations.AddIndex(
            model_name='jointcheck',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['day'], name='jointcheck_running_by_day'),
        ),
        migrations.AddConstraint(
            model_name='jointcheck',
            constraint=models.CheckConstraint(condition=models.Q(('day__gte', models.F('first_on')), ('day__lte', models.F('last_on'))), name='jointcheck_day_suits_all'),
        ),
        migrations.AddConstraint(
            model_name='jointcheck',
            constraint=models.CheckConstraint(condition=models.Q(('place', ''), _negated=True), name='jointcheck_has_a_place'),
        ),
        migrations.AddConstraint(
            model_name='jointcheck',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('ended_why', ''), _negated=True), _connector='OR'), name='jointcheck_end_says_why'),
        ),
        migrations.AddConstraint(
            model_name='jointmember',
            constraint=models.UniqueConstraint(fields=('joint', 'position'), name='jointmember_place_once'),
        ),
        migrations.AddConstraint(
            model_name='jointmember',
            constraint=models.UniqueConstraint(condition=models.Q(('left_at__isnull', True)), fields=('visit',), name='jointmember_in_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='jointmember',
            constraint=models.CheckConstraint(condition=models.Q(('answer__in', ['waiting', 'agreed', 'refused'])), name='jointmember_answer_known'),
        ),
        migrations.AddConstraint(
            model_name='jointmember',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', 'waiting'), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), models.Q(('answer', 'waiting'), _negated=True)), _connector='OR'), name='jointmember_answered_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='jointmember',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', 'refused'), _negated=True), models.Q(models.Q(('reason', ''), _negated=True), ('left_at__isnull', False)), _connector='OR'), name='jointmember_refusal_says_why'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
