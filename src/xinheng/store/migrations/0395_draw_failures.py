import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

VIEW = """
CREATE VIEW public_draw_failure AS
SELECT id, announcement_id, cause, party, reason, agreed_at FROM store_drawfailure WHERE agreed_at IS NOT NULL;
"""
GUARDS = """
CREATE TRIGGER stays_agreed BEFORE UPDATE ON store_drawfailure FOR EACH ROW WHEN (OLD.agreed_at IS NOT NULL)
EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_drawfailure FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_drawfailure FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
"""


class Migration(migrations.Migration):
    """Announced draws that were given up, with the two persons who said so; the public reads the cause."""

    dependencies = [
        ('store', '0380_joint_checks'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicDrawFailure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(max_length=12)),
                ('party', models.CharField(max_length=100)),
                ('reason', models.CharField(max_length=500)),
                ('agreed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'public_draw_failure',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='DrawFailure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(choices=[('no_reveal', '承诺方没有公开原值'), ('no_team', '分派不出检查组')], max_length=12)),
                ('party', models.CharField(blank=True, default='', max_length=100)),
                ('reason', models.CharField(max_length=500)),
                ('proposed_at', models.DateTimeField()),
                ('agreed_at', models.DateTimeField(null=True)),
                ('agreed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('announcement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='failure', to='store.drawannouncement')),
                ('proposed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='drawfailure_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('cause', 'no_reveal'), models.Q(('party', ''), _negated=True)), models.Q(('cause', 'no_team'), ('party', '')), _connector='OR'), name='drawfailure_names_who_kept_silent'), models.CheckConstraint(condition=models.Q(models.Q(('agreed_at__isnull', True), ('agreed_by__isnull', True)), models.Q(('agreed_at__isnull', False), ('agreed_by__isnull', False), models.Q(('agreed_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='drawfailure_agreed_by_another')],
            },
        ),
        migrations.RunSQL(VIEW, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
