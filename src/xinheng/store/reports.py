"""Credit reports that were made: of whom, of which kind, for whom and for what (《河南省社会信用条例》第四十条 on queries).

Rows only grow. What a report says is kept once, as an encrypted file with a term; paper, page and twin are made of it
again. The digests stay when the content is destroyed, so that a report is still told from a forged one.
"""

from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User
from xinheng.store.batches import StoredFile
from xinheng.store.enterprises import EnterpriseAccount
from xinheng.store.subjects import Subject


class Requester(models.TextChoices):
    """Who asked for a report."""

    OWN = "own", "企业本人"
    WINDOW = "window", "企业到窗口"
    PUBLIC = "public", "社会公众"


class MadeReport(models.Model):
    """``as_of``: the day of its data. ``digest``: of its whole content; ``facts_digest``: of what it states alone, equal as
    long as nothing has changed. ``proof``: what the window saw. ``scope``: fields and period of a special report."""

    number = models.CharField(max_length=22, unique=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="reports", db_index=False)
    kind = models.CharField(max_length=12)
    scope = models.JSONField(null=True)
    requester = models.CharField(max_length=8, choices=Requester)
    account = models.ForeignKey(
        EnterpriseAccount, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    clerk = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    proof = models.CharField(max_length=12, blank=True)
    purpose = models.CharField(max_length=20)
    as_of = models.DateField()
    issued_at = models.DateTimeField()
    digest = models.CharField(max_length=71)
    facts_digest = models.CharField(max_length=71)
    policy_digest = models.CharField(max_length=71)
    content = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["basic", "authorised", "special"]), name="report_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="special", scope__isnull=False)
                | (~Q(kind="special") & Q(scope__isnull=True)),
                name="report_special_has_a_scope",
            ),
            models.CheckConstraint(
                condition=~Q(requester="public") | Q(kind="basic"), name="report_public_gets_the_basic_one"
            ),
            models.CheckConstraint(
                condition=Q(requester="own", account__isnull=False, clerk__isnull=True, proof="")
                | (Q(requester="window", account__isnull=True, clerk__isnull=False) & ~Q(proof=""))
                | Q(requester="public", account__isnull=True, clerk__isnull=True, proof=""),
                name="report_says_who_asked",
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{14}[2-9A-HJKMNP-TV-Z]{8}$"), name="report_number_form"
            ),
        ]
        indexes = [models.Index(fields=["subject", "-id"], name="report_of_subject")]
