import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

WAYS = [
    ("exchange", "公文交换"),
    ("electronic", "电子公文系统"),
    ("post", "机要或挂号邮寄"),
    ("by_hand", "专人送交"),
    ("kept", "没有寄出，原件已收回"),
]


class Migration(migrations.Migration):
    """Who was told, when, how and with which proof that a withdrawn letter to superior unit or audit office is void."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("store", "0524_province_reports"),
    ]

    operations = [
        migrations.AddField(
            model_name="superiorletter",
            name="void_told_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="superiorletter",
            name="void_told_to",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="superiorletter",
            name="void_told_way",
            field=models.CharField(blank=True, choices=WAYS, db_default="", default="", max_length=12),
        ),
        migrations.AddField(
            model_name="superiorletter",
            name="void_told_proof",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="superiorletter",
            name="void_told_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="superiorletter",
            name="void_told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="superiorletter",
            constraint=models.CheckConstraint(
                condition=Q(void_told_on__isnull=True, void_told_at__isnull=True, void_told_by__isnull=True)
                | (
                    Q(void_told_on__isnull=False, void_told_at__isnull=False, void_told_by__isnull=False)
                    & Q(released_at__isnull=False, withdrawn_at__isnull=False)
                    & Q(void_told_way__in=[key for key, _ in WAYS])
                    & ~Q(void_told_to="")
                    & ~Q(void_told_proof="")
                ),
                name="superior_letter_void_told_with_proof",
            ),
        ),
    ]
