"""The procedures there are. Importing this module publishes the flow of each; rooms above core ask for flows here.

A new procedure is a module of core with its flow and one line here (docs/how-to/add-a-procedure.md).
"""

from xinheng.core.campaigns import CAMPAIGN
from xinheng.core.commitment_flow import COMMITMENT
from xinheng.core.flows import APPROVAL, Flow, flow_of, flows, newest
from xinheng.core.interviews import INTERVIEW
from xinheng.core.leads import PROMPT_FLOW
from xinheng.core.list_hit import LIST_HIT
from xinheng.core.listing import GOOD_LISTING, LISTING
from xinheng.core.measure_flow import INCENTIVE, MEASURE
from xinheng.core.misuse import MISUSE
from xinheng.core.objection_remedy import REMEDY
from xinheng.core.objections import OBJECTION
from xinheng.core.record_corrections import CORRECTION
from xinheng.core.rectification import RECTIFICATION
from xinheng.core.relief import RELIEF
from xinheng.core.repair_flow import REPAIR
from xinheng.core.sharing import SHARING
from xinheng.core.visits import VISIT

__all__ = ["PROCEDURES", "flow_of", "flows", "newest"]

PROCEDURES: tuple[Flow, ...] = (
    APPROVAL,
    RECTIFICATION,
    INTERVIEW,
    OBJECTION,
    REMEDY,
    CORRECTION,
    MISUSE,
    COMMITMENT,
    LISTING,
    GOOD_LISTING,
    LIST_HIT,
    REPAIR,
    RELIEF,
    MEASURE,
    INCENTIVE,
    CAMPAIGN,
    SHARING,
    VISIT,
    PROMPT_FLOW,
)
"""The newest version of each; older ones stay published in the module of their procedure."""
