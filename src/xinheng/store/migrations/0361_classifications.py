from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).parents[1] / "sql"
GUARDS = (
    "CREATE TRIGGER never_removed BEFORE DELETE ON store_classification"
    " FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_classification"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
)


class Migration(migrations.Migration):
    """The yearly classification of each field, in numbers."""

    dependencies = [
        ('store', '0370_visits'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicClassification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=80)),
                ('year', models.IntegerField()),
                ('as_of', models.DateField()),
                ('counts', models.JSONField()),
                ('digest', models.CharField(max_length=71)),
                ('published_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'public_classification',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Classification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=80)),
                ('year', models.IntegerField()),
                ('as_of', models.DateField()),
                ('counts', models.JSONField()),
                ('digest', models.CharField(max_length=71)),
                ('made_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.evaluationrun')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('published_at__isnull', False)), fields=('model', 'year'), name='classification_once_a_year'), models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('published_by__isnull', True)), models.Q(('published_at__isnull', False), ('published_by__isnull', False), models.Q(('published_by', models.F('made_by')), _negated=True)), _connector='OR'), name='classification_published_by_another')],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(
            (SQL / "public_classifications.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
