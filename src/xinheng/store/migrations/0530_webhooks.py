import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Addresses to which systems are told of changes, their messages, and the channel by which endings go there."""

    dependencies = [
        ("store", "0502_incentive_reviews"),
    ]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=xinheng.store.public_ids.new_public_id,
                        editable=False,
                        max_length=16,
                        unique=True,
                    ),
                ),
                ("url", models.CharField(max_length=500)),
                ("secret", models.BinaryField()),
                ("secret_before", models.BinaryField(null=True)),
                ("rotated_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("failing_since", models.DateTimeField(null=True)),
                ("told_through", models.BigIntegerField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_reason", models.CharField(blank=True, max_length=200)),
                ("dead", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="WebhookMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=xinheng.store.public_ids.new_public_id,
                        editable=False,
                        max_length=16,
                        unique=True,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("check.ended", "核查答复中有内容已终止"),
                            ("check.again", "请重新核查"),
                            ("report.replaced", "采信的报告已有更新"),
                            ("key.changed", "密钥有变化"),
                            ("test", "试发"),
                        ],
                        max_length=16,
                    ),
                ),
                ("about", models.CharField(max_length=60)),
                ("ids", models.JSONField(default=list)),
                ("made_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(default=0)),
                ("status", models.SmallIntegerField(null=True)),
                ("trouble", models.CharField(blank=True, max_length=200)),
                ("delivered_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="telling",
            name="telling_channel_known",
        ),
        migrations.AlterField(
            model_name="telling",
            name="channel",
            field=models.CharField(
                choices=[
                    ("results", "评价结果推送"),
                    ("exchange", "平台间交换"),
                    ("sharing", "数据共享"),
                    ("webhook", "回调通知"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="telling",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["results", "exchange", "sharing", "webhook"])),
                name="telling_channel_known",
            ),
        ),
        migrations.AddField(
            model_name="webhook",
            name="ended_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="webhook",
            name="key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="webhooks", to="store.senderkey"
            ),
        ),
        migrations.AddField(
            model_name="webhookmessage",
            name="webhook",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="store.webhook",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("key", "url"),
                name="webhook_address_once_a_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True), models.Q(("ended_reason", ""), _negated=True), _connector="OR"
                ),
                name="webhook_ended_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(("dead", False), ("ended_at__isnull", False), _connector="OR"),
                name="webhook_dead_has_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("secret_before__isnull", True), ("rotated_at__isnull", False), _connector="OR"
                ),
                name="webhook_secret_before_since",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookmessage",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="webhook_message_due"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookmessage",
            index=models.Index(fields=["webhook", "-id"], name="webhook_message_of_address"),
        ),
        migrations.AddConstraint(
            model_name="webhookmessage",
            constraint=models.UniqueConstraint(fields=("webhook", "about"), name="webhook_message_once"),
        ),
        migrations.AddConstraint(
            model_name="webhookmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["check.ended", "check.again", "report.replaced", "key.changed", "test"])
                ),
                name="webhook_message_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("delivered_at__isnull", True), ("status__range", (200, 299)), _connector="OR"
                ),
                name="webhook_message_arrived_by_an_answer",
            ),
        ),
    ]
