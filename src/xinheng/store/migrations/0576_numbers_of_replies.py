from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The document number under which the reply to a letter goes out."""

    dependencies = [
        ("store", "0573_search_place"),
    ]

    operations = [
        migrations.AddField(
            model_name="reviewreport",
            name="document_no",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddConstraint(
            model_name="reviewreport",
            constraint=models.UniqueConstraint(
                condition=~Q(document_no=""), fields=("document_no",), name="review_document_no_once"
            ),
        ),
    ]
