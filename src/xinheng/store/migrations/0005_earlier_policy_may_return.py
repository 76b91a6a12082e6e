from django.db import migrations, models


class Migration(migrations.Migration):
    """An earlier content of a policy may be published again; one case publishes once."""

    dependencies = [("store", "0004_one_open_version_a_key")]
    operations = [
        migrations.RemoveConstraint(model_name="policyversion", name="policy_version_once"),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.UniqueConstraint(fields=("case",), name="policy_version_one_a_case"),
        ),
    ]
