"""The kinds of case there are in the office; a new procedure adds its own here."""

from xinheng.interfaces.office.campaigns_plan import CAMPAIGN
from xinheng.interfaces.office.cases_hit import LIST_HIT
from xinheng.interfaces.office.cases_interview import INTERVIEW
from xinheng.interfaces.office.cases_kinds import CaseKind
from xinheng.interfaces.office.cases_listing import GOOD_LISTING, LISTING
from xinheng.interfaces.office.cases_rectification import RECTIFICATION
from xinheng.interfaces.office.cases_relief import RELIEF
from xinheng.interfaces.office.cases_repair import REPAIR
from xinheng.interfaces.office.commitments_cases import COMMITMENT
from xinheng.interfaces.office.measures_cases import INCENTIVE, MEASURE
from xinheng.interfaces.office.objections import OBJECTION
from xinheng.interfaces.office.objections_misuse import MISUSE
from xinheng.interfaces.office.objections_remedy import REMEDY
from xinheng.interfaces.office.records_corrections import CORRECTION
from xinheng.interfaces.office.visits_case import VISIT
from xinheng.interfaces.office.wording import CASE_KINDS
from xinheng.store.casework import Case

_OWN_PAGES = {
    "model": "office:model_draft",
    "catalogue": "office:catalogue_draft",
    "grading": "office:grading_draft",
    "risk_order": "office:risk_draft",
} | dict.fromkeys(("promise_list", "promise_letter"), "office:promise_draft")
_APPROVALS = tuple(
    CaseKind(key=key, title=title, page=_OWN_PAGES.get(key, "office:approval"))
    for key, title in CASE_KINDS.items()
)
KINDS = {
    kind.key: kind
    for kind in (
        *_APPROVALS,
        OBJECTION,
        REMEDY,
        CORRECTION,
        MISUSE,
        RECTIFICATION,
        REPAIR,
        RELIEF,
        INTERVIEW,
        COMMITMENT,
        MEASURE,
        INCENTIVE,
        LISTING,
        GOOD_LISTING,
        LIST_HIT,
        CAMPAIGN,
        VISIT,
    )
}


def kind_of(case: Case) -> CaseKind:
    """A kind that nobody registered shows what the flow alone tells."""
    return KINDS.get(case.kind) or CaseKind(key=case.kind, title=case.kind)
