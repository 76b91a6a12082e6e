from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform


class Migration(migrations.Migration):
    """Who holds a certificate of a name is found without reading every record; built beside running work."""

    atomic = False
    dependencies = [
        ("store", "0460_inspection_objects"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="recorddetail",
            index=models.Index(
                KeyTextTransform("许可证书名称", "fields"),
                condition=models.Q(("fields__has_key", "许可证书名称")),
                name="record_of_certificate",
            ),
        ),
    ]
