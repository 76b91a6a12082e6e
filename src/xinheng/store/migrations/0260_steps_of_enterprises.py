import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """An account of an enterprise can take the steps of its side of a case."""

    dependencies = [
        ('store', '0150_attachments'),
    ]

    operations = [
        migrations.AddField(
            model_name='caseevent',
            name='account',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.enterpriseaccount'),
        ),
        migrations.AddConstraint(
            model_name='caseevent',
            constraint=models.CheckConstraint(condition=models.Q(('actor__isnull', True), ('account__isnull', True), _connector='OR'), name='case_event_one_side'),
        ),
    ]
