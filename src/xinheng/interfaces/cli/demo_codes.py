"""What the demonstration leaves on the registrar's desk: wrong and duplicate codes of the sample city, a few of them given
out with a day, the rest still to be given out."""

from datetime import datetime, timedelta

from xinheng.core.code_issues import IssueKind, IssueState
from xinheng.core.policy import Policy
from xinheng.services.code_issues import assign_issues, sweep_codes
from xinheng.services.time import day_of
from xinheng.store.models import CodeIssue, Organisation, User

GIVEN_OUT = 3
"""How many of each kind."""
DAYS = 15


def leave_codes(*, registrar: Organisation, office: User, policy: Policy, now: datetime) -> None:
    """Once: a later run of the demonstration finds the matters."""
    if CodeIssue.objects.exists():
        return
    sweep_codes(policy=policy, now=now)
    waiting = CodeIssue.objects.filter(organisation=registrar, state=IssueState.OPEN.value)
    given = [
        public_id
        for kind in IssueKind
        for public_id in waiting.filter(kind=kind.value)
        .order_by("pk")
        .values_list("public_id", flat=True)[:GIVEN_OUT]
    ]
    if given:
        due_on = day_of(now) + timedelta(days=DAYS)
        assign_issues(given, due_on=due_on, remark="请与登记底册核对后登记整改。", actor=office, now=now)
