"""Content pages in versions: written by one person, released by another, replaced or withdrawn with a reason."""

from django.db import models
from django.db.models import F, Q

from xinheng.core.articles import Section
from xinheng.store.accounts import User
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id


class Article(models.Model):
    """One version. Versions of one page share ``public_id``. ``county``: the portal to which it belongs besides the
    city's own list, empty for all; ``day``: a publicity day of policy; ``ended_why``: replaced, discarded or withdrawn."""

    public_id = models.CharField(max_length=16, default=new_public_id, editable=False)
    version = models.IntegerField(default=1)
    section = models.CharField(max_length=12)
    title = models.CharField(max_length=120)
    text = models.TextField()
    origin = models.CharField(max_length=200, blank=True, default="")
    county = models.CharField(max_length=6, blank=True, default="")
    day = models.CharField(max_length=40, blank=True, default="")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    released_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    released_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id", "version"], name="article_version_once"),
            models.UniqueConstraint(
                fields=["public_id"],
                condition=Q(released_at__isnull=False, ended_at__isnull=True),
                name="article_one_public",
            ),
            models.UniqueConstraint(
                fields=["public_id"],
                condition=Q(released_at__isnull=True, ended_at__isnull=True),
                name="article_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(section__in=[one.value for one in Section]), name="article_section_known"
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="article_says_something"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | (Q(released_at__isnull=False, released_by__isnull=False) & ~Q(released_by=F("written_by"))),
                name="article_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, ended_why="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_why="")),
                name="article_ended_with_reason",
            ),
        ]
