from django.db import migrations, models


class Migration(migrations.Migration):
    """How often one place did today what costs something."""

    dependencies = [
        ("store", "0578_statistics_of_loads"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayCount",
            fields=[
                ("slot", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("number", models.IntegerField()),
            ],
        ),
    ]
