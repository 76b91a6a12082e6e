"""What the routes of the office are about: how each object is found by its name in the address, and whose it is."""

from xinheng.core.access import Target
from xinheng.interfaces.office.access import Call, Owned
from xinheng.interfaces.office.objections_misuse import readable
from xinheng.services.merged_files import one_with
from xinheng.services.visits import team_of
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, ReturnedRow
from xinheng.store.casework import Case
from xinheng.store.inspections import Draw, DrawnObject, Inspector, Plan
from xinheng.store.subjects import Subject


def _batch(public_id: str) -> Batch | None:
    kept = Batch.objects.select_related("organisation", "received_by", "published_by", "original", "workbook")
    return kept.filter(public_id=public_id).first()


def _row(number: str) -> ReturnedRow | None:
    kept = ReturnedRow.objects.select_related("batch__organisation", "batch__received_by", "decided_by")
    return kept.filter(pk=int(number)).first()


def _subject(public_id: str) -> Subject | None:
    return Subject.objects.filter(public_id=public_id).first()


def _case(public_id: str) -> Case | None:
    kept = Case.objects.select_related("organisation", "subject", "opened_by")
    return kept.filter(public_id=public_id).first()


def _plan(public_id: str) -> Plan | None:
    return (
        Plan.objects.select_related("organisation", "case", "approved_by").filter(public_id=public_id).first()
    )


def _draw(public_id: str) -> Draw | None:
    kept = Draw.objects.select_related("announcement__plan__organisation", "announcement__pool", "drawn_by")
    return kept.filter(public_id=public_id).first()


def _inspector(number: str) -> Inspector | None:
    return Inspector.objects.select_related("organisation", "user").filter(pk=int(number)).first()


def _user(public_id: str) -> User | None:
    return User.objects.select_related("organisation").filter(public_id=public_id).first()


def _of_subject(call: Call, subject: Subject) -> Target:
    """An inspector reaches the enterprises drawn for him."""
    drawn = DrawnObject.objects.filter(subject__in=one_with(subject)).values_list("inspectors", flat=True)
    certificates = {number for team in drawn for number in team}
    persons = Inspector.objects.filter(certificate_no__in=certificates, user__isnull=False)
    assigned = frozenset(user for user in persons.values_list("user_id", flat=True) if user is not None)
    return Target(subject=subject.pk, assigned=assigned)


def of_case(call: Call, case: Case) -> Target:
    """What belongs to a case; a visit is also assigned to its team."""
    return Target(organisations=call.tree.path(case.organisation_id), assigned=team_of(case))


def _of_readable(call: Call, case: Case) -> Target:
    """Of nobody's unit where the case is closed to this person."""
    return call.of(case.organisation_id) if readable(call, case) else Target()


def _of_user(call: Call, user: User) -> Target:
    return Target(organisations=call.tree.path(user.organisation_id), account=user.pk)


BATCH = Owned("batch", _batch, lambda call, batch: call.of(batch.organisation_id))
ROW = Owned("row", _row, lambda call, row: call.of(row.batch.organisation_id))
SUBJECT = Owned("subject", _subject, _of_subject)
CASE = Owned("case", _case, _of_readable)
PLAN = Owned("plan", _plan, lambda call, plan: call.of(plan.organisation_id))
DRAW = Owned("draw", _draw, lambda call, draw: call.of(draw.announcement.plan.organisation_id))
INSPECTOR = Owned("inspector", _inspector, lambda call, one: call.of(one.organisation_id))
USER = Owned("user", _user, _of_user)
