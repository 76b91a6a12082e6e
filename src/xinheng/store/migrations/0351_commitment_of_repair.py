import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """An application for repair names its commitment in the register."""

    dependencies = [
        ('store', '0350_public_listings'),
    ]

    operations = [
        migrations.AddField(
            model_name='repairapplication',
            name='commitment',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.commitment'),
        ),
    ]
