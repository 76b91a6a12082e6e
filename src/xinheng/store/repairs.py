"""Applications for repair, results that come from above, the free courses one may take, and agencies that give advice.

An application holds no paper and no person: which materials were handed in, and the version of the commitment. Papers
are attachments of the case. There is no column for a fee (《信用修复管理办法》国家发展改革委令第36号; legal guard G5).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.commitments import Commitment
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject


class RepairSource(models.TextChoices):
    """Whence an application or a result comes."""

    OWN = "own", "企业自备，待提交"
    WINDOW = "window", "窗口协助"
    CREDIT_CHINA = "credit_china", "“信用中国”网站"
    PUBLICITY_SYSTEM = "publicity_system", "国家企业信用信息公示系统"
    PROVINCE = "province", "省级平台"
    NATION = "nation", "国家平台"


class RepairReminder(models.Model):
    """That a record may soon be repaired was told of, once a first day. Words and enterprise are read from the record, so
    that nothing is told of what has ended."""

    record_key = models.BigIntegerField()
    earliest_on = models.DateField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_key", "earliest_on"], name="repair_reminder_once"),
        ]
        indexes = [models.Index(fields=["earliest_on", "id"], name="repair_reminder_by_day")]


class RepairApplication(models.Model):
    """What differs in a case of repair. ``external`` is the number at the national site; ``handed`` says by material what
    proves it; ``offered`` are voluntary things the enterprise mentioned; ``annulled_on`` since when it is taken back;
    ``commitment`` is its commitment in the register."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="repair")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="repairs")
    record_key = models.BigIntegerField()
    source = models.CharField(max_length=20, choices=RepairSource)
    external = models.CharField(max_length=60, blank=True)
    handed = models.JSONField(default=dict)
    offered = ArrayField(models.CharField(max_length=20), default=list)
    pledge_version = models.CharField(max_length=20, blank=True)
    pledged_at = models.DateTimeField(null=True)
    lodged_on = models.DateField(null=True)
    pushed_on = models.DateField(null=True)
    annulled_on = models.DateField(null=True)
    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external"], condition=~Q(external=""), name="repair_external_once"
            ),
            models.CheckConstraint(condition=Q(source__in=RepairSource.values), name="repair_source_known"),
            models.CheckConstraint(
                condition=Q(pledged_at__isnull=True, pledge_version="")
                | Q(pledged_at__isnull=False) & ~Q(pledge_version=""),
                name="repair_pledge_whole",
            ),
            models.CheckConstraint(
                condition=Q(pushed_on__isnull=True)
                | Q(lodged_on__isnull=False, pushed_on__gte=F("lodged_on")),
                name="repair_pushed_after_lodged",
            ),
        ]
        indexes = [models.Index(fields=["record_key"], name="repair_of_record")]


class UpperOutcome(models.TextChoices):
    """What another platform decided."""

    REPAIRED = "repaired", "准予修复"
    WITHDRAWN = "withdrawn", "撤销、撤回"
    CORRECTED = "objection", "异议成立，删除"


class UpperResult(models.Model):
    """A repair, withdrawal or objection decided above: every local effect ends at once; what fits no record waits for a
    person until ``due_on``. ``ended`` are the keys of the records it ended."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    source = models.CharField(max_length=20, choices=RepairSource)
    external = models.CharField(max_length=60)
    outcome = models.CharField(max_length=10, choices=UpperOutcome)
    code = models.CharField(max_length=18)
    document_no = models.CharField(max_length=200)
    decided_on = models.DateField()
    received_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    ended = ArrayField(models.BigIntegerField(), default=list)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    settled_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external", "document_no", "outcome"], name="upper_result_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=UpperOutcome.values), name="upper_result_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True) | ~Q(settled_reason=""), name="upper_result_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(settled_at__isnull=True), name="upper_result_waiting")
        ]


class RepairCourse(models.Model):
    """A course on credit law: offered, free, and never a condition of repair."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=1000)
    where = models.CharField(max_length=300)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class RepairAgency(models.Model):
    """An agency that gives advice on repair. It has undertaken in writing to sell no deletion."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=18, unique=True)
    services = models.CharField(max_length=500)
    undertaken_on = models.DateField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True)
    struck_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True) | ~Q(struck_reason=""), name="repair_agency_struck_why"
            )
        ]
