"""Further views that the public may see: content pages, arrears of bodies by decision, and which search tokens are frequent.
Like store.public they are all that the portal knows of their subject.
"""

from django.db import models


class PublicArticle(models.Model):
    """The released version of a content page. ``first_at``: when the page was first released."""

    public_id = models.CharField(max_length=16)
    version = models.IntegerField()
    section = models.CharField(max_length=12)
    title = models.CharField(max_length=120)
    text = models.TextField()
    origin = models.CharField(max_length=200)
    county = models.CharField(max_length=6)
    day = models.CharField(max_length=40)
    organisation = models.CharField(max_length=120, null=True)
    first_at = models.DateTimeField()
    released_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "public_article"


class PublicArticleFile(models.Model):
    """A picture or file of a released content page; ``article`` is the page's address. ``digest`` of its content."""

    public_id = models.CharField(max_length=16)
    article = models.CharField(max_length=16)
    kind = models.CharField(max_length=8)
    title = models.CharField(max_length=120)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    checked = models.CharField(max_length=10)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=71)

    class Meta:
        managed = False
        db_table = "public_article_file"


class PublicArrears(models.Model):
    """Arrears of a body or a state-owned enterprise, public by decision, while the finding stands."""

    public_id = models.CharField(max_length=16)
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=18, null=True)
    state_owned = models.BooleanField()
    amount_fen = models.BigIntegerField(null=True)
    title = models.CharField(max_length=200)
    document_no = models.CharField(max_length=200)
    authority = models.CharField(max_length=200)
    found_on = models.DateField(null=True)
    decision_no = models.CharField(max_length=120)
    decided_by_organ = models.CharField(max_length=120)
    decided_on = models.DateField()
    shown_at = models.DateTimeField()
    disputed = models.BooleanField()

    class Meta:
        managed = False
        db_table = "public_arrears"


class PublicSearchOften(models.Model):
    """A search token that stands in many names, and in about how many; none before the first ANALYZE."""

    token = models.TextField(primary_key=True)
    names = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "public_search_often"
