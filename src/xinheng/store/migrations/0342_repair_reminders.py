from django.db import migrations, models


class Migration(migrations.Migration):
    """Enterprises are told before the first day on which a record may be repaired."""

    dependencies = [
        ('store', '0341_breach_reports'),
    ]

    operations = [
        migrations.CreateModel(
            name='RepairReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_key', models.BigIntegerField()),
                ('earliest_on', models.DateField()),
                ('written_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['earliest_on', 'id'], name='repair_reminder_by_day')],
                'constraints': [models.UniqueConstraint(fields=('record_key', 'earliest_on'), name='repair_reminder_once')],
            },
        ),
    ]
