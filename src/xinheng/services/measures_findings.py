"""What was found of a ban: which fault of its statute the facts are, in which clause, and why; kept with the case.

Whoever proposes writes it for the prior notice, whoever decides finds it in words of their own (过惩相当; 国办发〔2020〕49号).
"""

from dataclasses import asdict, replace

from xinheng.core.ban_faults import Finding, demand_finding
from xinheng.core.masking import mask_personal
from xinheng.core.measure_basis import Basis
from xinheng.core.measure_check import cite_ban
from xinheng.core.policy import Policy
from xinheng.services.cases import last_step
from xinheng.store.casework import Case


def found(ban: str, said: Finding, basis: Basis, *, policy: Policy) -> Finding:
    """The finding as it is kept. Refusals: those of ``core.ban_faults.demand_finding``."""
    rule = policy.measures.bans[ban]
    whole = demand_finding(rule, basis, said, cited=cite_ban(rule, policy.sources))
    return replace(whole, clause=whole.clause[:60], fits=mask_personal(whole.fits).text[:1000])


def kept(finding: Finding) -> dict[str, dict[str, str]]:
    """As the details of the step of deciding have it."""
    return {"finding": asdict(finding)} if finding != Finding() else {}


def finding_of(case: Case) -> tuple[str, Finding, bool]:
    """The ban of the case, what was found, and whether by whoever decided; before that it is what was proposed.
    No ban: empty."""
    for one in case.details.get("measures", ()):
        if one.get("ban"):
            decided = last_step(case, "decide")
            if decided is not None and "finding" in decided.details:
                return one["ban"], Finding(**decided.details["finding"]), True
            proposed = {key: one.get(key) or "" for key in ("fault", "clause", "fits")}
            return one["ban"], Finding(**proposed), False
    return "", Finding(), False


def clause_of(ban: str, finding: Finding, *, policy: Policy) -> str:
    """The statute of the ban with the clause that was found."""
    rule = policy.measures.bans[ban]
    if not finding.clause:
        return cite_ban(rule, policy.sources)
    return policy.sources[rule.basis[0].source].cite(finding.clause)


def words_of_finding(case: Case, *, policy: Policy) -> str:
    """How the ground stands to the ban, as letters and pages tell it; empty where there is no ban or nothing was found."""
    ban, finding, _ = finding_of(case)
    rule = policy.measures.bans.get(ban)
    fault = rule.faults.get(finding.fault) if rule else None
    if rule is None or fault is None:
        return ""
    cited = clause_of(ban, finding, policy=policy)
    return f"与“{rule.title}”的关系：属于{cited}规定的“{fault.title}”。{finding.fits}"
