from django.db import migrations, models


class Migration(migrations.Migration):
    """The ledger goes on after a restore on another server, where transaction numbers begin anew."""

    dependencies = [("store", "0010_pools_as_files")]
    operations = [
        migrations.AddField("ledgerbatch", "era", models.IntegerField(default=0)),
        migrations.AddField("ledgerbatch", "server", models.CharField(blank=True, max_length=40)),
    ]
