"""Review reports on several enterprises for one matter: made for a tender, made again before its award, or in answer to a letter.

What a report says is kept once, as an encrypted file with a term; whom it is on stays in rows of their own, so that what
has ended since can be looked for (legal guard G9).
"""

from django.db import models
from django.db.models import F, Q

from xinheng.core.review_reports import ReviewKind
from xinheng.store.accounts import User
from xinheng.store.batches import StoredFile
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject


class ReviewReport(models.Model):
    """``asked_by`` and ``asked_no``: department and number of its letter, of an inquiry, which another person confirms before
    it goes out under its ``document_no``; ``used``: what the department did with the answer."""

    number = models.CharField(max_length=22, unique=True)
    kind = models.CharField(max_length=8, choices=[(one.value, one.label) for one in ReviewKind])
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    occasion = models.CharField(max_length=16)
    project = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200)
    as_of = models.DateField()
    at = models.DateTimeField()
    earlier = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="again")
    asked_by = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    asked_no = models.CharField(max_length=100, blank=True, default="")
    document_no = models.CharField(max_length=80, blank=True, default="", db_default="")
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField(null=True)
    used = models.CharField(max_length=500, blank=True, default="")
    used_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=71)
    facts_digest = models.CharField(max_length=71)
    content = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in ReviewKind]), name="review_kind_known"
            ),
            models.CheckConstraint(condition=~Q(project="") & ~Q(purpose=""), name="review_says_for_what"),
            models.CheckConstraint(
                condition=Q(kind="inquiry", asked_by__isnull=False) & ~Q(asked_no="")
                | ~Q(kind="inquiry") & Q(asked_by__isnull=True, asked_no="", confirmed_at__isnull=True),
                name="review_inquiry_names_its_letter",
            ),
            models.CheckConstraint(
                condition=Q(kind="again", earlier__isnull=False) | ~Q(kind="again") & Q(earlier__isnull=True),
                name="review_again_names_the_earlier",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("by")),
                name="review_confirmed_by_another",
            ),
            models.UniqueConstraint(
                fields=["document_no"], condition=~Q(document_no=""), name="review_document_no_once"
            ),
            models.CheckConstraint(
                condition=Q(used="", used_at__isnull=True) | ~Q(used="") & Q(used_at__isnull=False),
                name="review_use_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{14}[2-9A-HJKMNP-TV-Z]{8}$"), name="review_number_form"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="review_of_organ")]


class ReviewedSubject(models.Model):
    """An enterprise of a review, by its place in the list."""

    review = models.ForeignKey(ReviewReport, on_delete=models.PROTECT, related_name="subjects")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "subject"], name="reviewedsubject_once_a_review"),
        ]
