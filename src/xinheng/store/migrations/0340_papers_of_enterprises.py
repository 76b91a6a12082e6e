import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """An attachment says as what the enterprise handed it in, and by which account."""

    dependencies = [
        ('store', '0310_cases_in_order'),
    ]

    operations = [
        migrations.AddField(
            model_name='attachment',
            name='material',
            field=models.CharField(blank=True, db_default='', default='', max_length=120),
        ),
        migrations.AddField(
            model_name='attachment',
            name='account',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.enterpriseaccount'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('account__isnull', True), models.Q(('added_by__isnull', True), ('case__isnull', False), models.Q(('material', ''), _negated=True)), _connector='OR'), name='attachment_of_account_in_a_case'),
        ),
    ]
