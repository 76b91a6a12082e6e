"""Every page of portal and office with a context: as it is, and with all its lists empty."""

from typing import Any

from tests.interfaces.web_campaigns import CAMPAIGNS, OWN_CAMPAIGNS
from tests.interfaces.web_commitments import OFFICE_PAGES, PORTAL_PAGES, SPACE_PAGES
from tests.interfaces.web_counter_pages import COUNTER, WINDOW
from tests.interfaces.web_inspections import OFFICE_INSPECTIONS, PORTAL_INSPECTIONS
from tests.interfaces.web_joint_checks import OFFICE_JOINT_CHECKS
from tests.interfaces.web_leads import OFFICE_LEADS
from tests.interfaces.web_objection_pages import OBJECTIONS, OFFICE_OBJECTIONS
from tests.interfaces.web_office_administration import ADMINISTRATION
from tests.interfaces.web_office_attachments import ATTACHMENTS
from tests.interfaces.web_office_cases import CASES
from tests.interfaces.web_office_channels import CHANNELS
from tests.interfaces.web_office_collection import COLLECTION
from tests.interfaces.web_office_exchanges import EXCHANGES
from tests.interfaces.web_office_file import FILE
from tests.interfaces.web_office_identities import IDENTITIES
from tests.interfaces.web_office_letters import LETTERS
from tests.interfaces.web_office_listings import LISTINGS
from tests.interfaces.web_office_measures import MEASURES, public_measure_cases, public_measures
from tests.interfaces.web_office_models import MODELS
from tests.interfaces.web_office_quality import QUALITY
from tests.interfaces.web_office_results import RESULTS
from tests.interfaces.web_office_sharing import SHARING
from tests.interfaces.web_office_supervision import SUPERVISION
from tests.interfaces.web_portal_pages import PORTAL
from tests.interfaces.web_publication import PORTAL_PUBLICATION, PUBLICATION
from tests.interfaces.web_reports import COUNTER_REPORTS, OFFICE_REPORTS
from tests.interfaces.web_visits import COUNTER_VISITS, OFFICE_VISITS, PORTAL_VISITS

PAGES = {
    **{
        f"portal/{name}.html": make
        for name, make in (
            PORTAL | PORTAL_PAGES | PORTAL_INSPECTIONS | PORTAL_VISITS | PORTAL_PUBLICATION
        ).items()
    },
    "portal/measures.html": public_measures,
    "portal/measure_cases.html": public_measure_cases,
    **{
        f"counter/{name}.html": make
        for name, make in {
            **COUNTER,
            **SPACE_PAGES,
            **OWN_CAMPAIGNS,
            **OBJECTIONS,
            **COUNTER_VISITS,
            **COUNTER_REPORTS,
        }.items()
    },
    **{
        f"office/{name}.html": make
        for name, make in {
            **COLLECTION,
            **PUBLICATION,
            **OFFICE_PAGES,
            **FILE,
            **CHANNELS,
            **EXCHANGES,
            **WINDOW,
            **OFFICE_REPORTS,
            **ATTACHMENTS,
            **QUALITY,
            **IDENTITIES,
            **SUPERVISION,
            **OFFICE_INSPECTIONS,
            **OFFICE_VISITS,
            **OFFICE_JOINT_CHECKS,
            **OFFICE_LEADS,
            **ADMINISTRATION,
            **RESULTS,
            **CASES,
            **LETTERS,
            **LISTINGS,
            **MEASURES,
            **CAMPAIGNS,
            **MODELS,
            **SHARING,
            **OFFICE_OBJECTIONS,
        }.items()
    },
}
_KEPT = {"space_menu", "menu", "pages", "filters", "crumbs", "stages", "time_machine", "years", "months"}


def empty(context: dict[str, Any]) -> dict[str, Any]:
    """The context with its lists emptied, to see what the page says when there is nothing."""
    return {
        key: [] if isinstance(value, list) and key not in _KEPT else value for key, value in context.items()
    }
