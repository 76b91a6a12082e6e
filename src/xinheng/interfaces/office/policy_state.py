"""The state of a case of policy in words of today: what was approved for a later day is not yet in force."""

from datetime import date

from xinheng.interfaces.office.wording import case_state
from xinheng.store.casework import Case
from xinheng.store.policy_versions import PolicyVersion


def state_on(case: Case, today: date) -> tuple[str, str]:
    """Words and tone, as ``case_state``; names the first day where it lies ahead."""
    if case.state == "in_force":
        ahead = PolicyVersion.objects.filter(case=case, from_on__gt=today).values_list("from_on", flat=True)
        if (first := ahead.first()) is not None:
            return f"自 {first.isoformat()} 起施行", "clock"
    return case_state(case)
