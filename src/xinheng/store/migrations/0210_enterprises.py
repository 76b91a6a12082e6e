import django.contrib.postgres.fields
import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Accounts of enterprises and the mandates under which they act."""

    dependencies = [
        ("store", "0130_exchange_of_levels"),
    ]

    operations = [
        migrations.CreateModel(
            name="EnterpriseAccount",
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
                ("number", models.CharField(max_length=10, unique=True)),
                ("label", models.CharField(max_length=64)),
                ("password", models.CharField(blank=True, max_length=200)),
                ("activation_digest", models.CharField(blank=True, max_length=71)),
                ("activation_until", models.DateTimeField(null=True)),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("close_reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("activation_digest", ""), ("activation_until__isnull", True)),
                            models.Q(
                                models.Q(("activation_digest", ""), _negated=True),
                                ("activation_until__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="enterprise_activation_has_term",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True),
                            models.Q(
                                ("closed_by__isnull", False), models.Q(("close_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="enterprise_account_closed_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mandate",
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
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to="store.enterpriseaccount",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to="store.subject",
                    ),
                ),
                ("role", models.CharField(max_length=40)),
                (
                    "matters",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None
                    ),
                ),
                ("proof", models.CharField(max_length=20)),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(null=True)),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("given_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("end_reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("account", "subject"),
                        name="mandate_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["enterprise_agent", "enterprise_owner"])),
                        name="mandate_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("proof__in", ["licence", "letter", "electronic"])),
                        name="mandate_proof_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("matters", []), _negated=True),
                            ("matters__contained_by", ["file", "commitments", "requests"]),
                        ),
                        name="mandate_matters_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("to_on__gt", models.F("from_on")), ("to_on__isnull", False)),
                            models.Q(("role", "enterprise_owner"), ("to_on__isnull", True)),
                            _connector="OR",
                        ),
                        name="mandate_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            models.Q(
                                ("ended_by__isnull", False), models.Q(("end_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="mandate_ended_with_reason",
                    ),
                ],
            },
        ),
    ]
