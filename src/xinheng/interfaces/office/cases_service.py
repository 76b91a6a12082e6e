"""Service of what burdens somebody is registered on its letter, never by a step of the case alone.

The letter carries the day and proof from which the clocks run, and takes the repair guide along (两书同达; legal guard G17).
"""

from xinheng.core.refusal import Refusal
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.cases_kinds import StepForm
from xinheng.services.letters_serving import SERVE
from xinheng.store.casework import Case


def serve_by_letter(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    """Refusal LO1 with the way to the letter."""
    raise Refusal(
        "LO1",
        "送达须在文书上登记，不在这里登记。",
        citation="《民事诉讼法》关于送达的规定",
        advice="请在“文书”一节打开这份文书，登记送达方式、日期和凭证；登记后事项自动进入下一步。",
    )


def but_service(call: Call, case: Case, verb: str) -> bool:
    """Every step is shown on the page but the one that the service of the letter takes."""
    return verb != SERVE
