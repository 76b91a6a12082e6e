"""Pictures and files of content pages: put to one version, carried on to the next, public with it.

Nothing of them changes once the version is released; what is removed from a draft stays known.
"""

from django.db import models
from django.db.models import Q

from xinheng.core.attachments import Barred, Checked, Kind
from xinheng.store.accounts import User
from xinheng.store.articles import Article
from xinheng.store.batches import StoredFile
from xinheng.store.public_ids import new_public_id


class ArticleFile(models.Model):
    """``title``: what a picture shows, in words for whoever cannot see it, or the name of a file. ``width`` and ``height``
    of a picture, which was drawn anew. ``cleared``: looked into for what it tells of its makers; without that nobody
    else sees it. ``barred``: why it cannot be cleared, empty for what can be or was not tried. ``trouble``: the code of the
    refusal that stopped the last try to clear it, ``tries`` of those one after another, tried again at ``next_at``."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=[(one.value, one.label) for one in Kind])
    title = models.CharField(max_length=120)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    cleared = models.BooleanField(db_default=False)
    barred = models.CharField(max_length=10, blank=True, default="", db_default="")
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    trouble = models.CharField(max_length=8, blank=True, default="", db_default="")
    next_at = models.DateTimeField(null=True)
    checked = models.CharField(
        max_length=10,
        choices=[(one.value, one.label) for one in Checked],
        default=Checked.UNCHECKED.value,
        db_default=Checked.UNCHECKED.value,
    )
    checked_at = models.DateTimeField(null=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="articlefile_says_what_it_shows"),
            models.CheckConstraint(
                condition=Q(kind="jpeg", width__isnull=False, height__isnull=False, width__gt=0, height__gt=0)
                | Q(kind__in=["pdf", "ofd", "docx", "xlsx"], width__isnull=True, height__isnull=True),
                name="articlefile_picture_or_file",
            ),
            models.CheckConstraint(
                condition=Q(checked__in=[one.value for one in Checked]), name="articlefile_checked_known"
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="articlefile_removed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(barred__in=["", *(one.value for one in Barred)])
                & (Q(barred="") | Q(cleared=False)),
                name="articlefile_barred_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(checked="unchecked", removed_at__isnull=True),
                name="articlefile_to_check",
            ),
        ]
