"""Organisations that act here: city, counties, zones, towns, departments. Their names change; they do not."""

from django.db import models
from django.db.models import F, Q

from xinheng.store.public_ids import new_public_id


class OrganisationKind(models.TextChoices):
    """What sort of body it is; decides what it may be asked for."""

    CITY = "city", "市"
    COUNTY = "county", "县（区）"
    ZONE = "zone", "功能区"
    TOWN = "town", "乡镇（街道）"
    DEPARTMENT = "department", "部门"
    COURT = "court", "法院"
    ASSOCIATION = "association", "行业协会"
    TENDER_CENTRE = "tender_centre", "公共资源交易中心"


class Organisation(models.Model):
    """``key`` is the stable name of the organisation in policy, e.g. ``kaifeng.market_regulation``."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=16, choices=OrganisationKind)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    division_code = models.CharField(max_length=6, blank=True)
    credit_code = models.CharField(max_length=18, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="organisation_not_its_own_parent"),
        ]


class OrganisationName(models.Model):
    """A name and the half-open period in which it was borne."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=120)
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(to_on__isnull=True), name="organisation_one_current_name"
            ),
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(to_on__isnull=True) | Q(from_on__lt=F("to_on")),
                name="organisation_name_period",
            ),
        ]
