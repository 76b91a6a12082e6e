from django.db import migrations, models


class Migration(migrations.Migration):
    """The size of an enterprise as its registrar states it; empty where nobody did."""

    dependencies = [
        ("store", "0120_words_of_a_deleted_record"),
    ]

    operations = [
        migrations.AddField(
            model_name="subject",
            name="size",
            field=models.CharField(
                blank=True,
                choices=[("大型", "Large"), ("中型", "Medium"), ("小型", "Small"), ("微型", "Micro")],
                db_default="",
                default="",
                max_length=4,
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__in", ["", "大型", "中型", "小型", "微型"])), name="subject_size_known"
            ),
        ),
    ]
