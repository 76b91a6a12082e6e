from django.db import migrations, models


class Migration(migrations.Migration):
    """Special reports of chosen fields and a chosen period."""

    dependencies = [
        ('store', '0461_certificates'),
    ]

    operations = [
        migrations.AddField(
            model_name='madereport',
            name='scope',
            field=models.JSONField(null=True),
        ),
        migrations.RemoveConstraint(model_name='madereport', name='report_kind_known'),
        migrations.AddConstraint(
            model_name='madereport',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['basic', 'authorised', 'special'])), name='report_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='madereport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'special'), ('scope__isnull', False)), models.Q(models.Q(('kind', 'special'), _negated=True), ('scope__isnull', True)), _connector='OR'), name='report_special_has_a_scope'),
        ),
    ]
