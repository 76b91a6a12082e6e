from django.db import migrations

COUNTED = "ALTER TABLE store_subjectsearch ALTER COLUMN tokens SET STATISTICS {}"


class Migration(migrations.Migration):
    """The database counts the 3,000 most frequent tokens of names, not 1,000: threes of letters would leave out pairs of characters."""

    dependencies = [
        ("store", "0595_letters_by_threes"),
    ]

    operations = [
        migrations.RunSQL(COUNTED.format(300), COUNTED.format(-1)),
    ]
