"""Running terms of the desk as the clocks of a page."""

from xinheng.interfaces.web.parts import Clock
from xinheng.services.desk import Term


def clock_of(term: Term | None) -> Clock | None:
    """None where no term runs."""
    if term is None:
        return None
    return Clock(
        due_on=term.due.on if term.due else None,
        workdays_left=term.workdays_left,
        rule=term.rule,
        provisional=term.due.provisional if term.due else False,
        verified=term.verified,
    )
