"""What the city's policy says about received rows: outcome of each defect, class of each penalty, work-days."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xinheng.core.catalogue import ForbiddenRule
from xinheng.core.checks import OUTCOMES, Defect, outcomes_with
from xinheng.core.days import Calendar
from xinheng.core.feeds import PENALTY_KINDS
from xinheng.core.policy import Policy
from xinheng.core.publication import SeriousnessRules
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Outcome

SIMPLE = "simple_procedure"
"""Key of the class of penalties by simple procedure, whatever their kind."""


@dataclass(frozen=True, slots=True)
class Standards:
    """Without a calendar lateness (E09) is not judged; without classes penalties stay unclassed.

    ``forbidden``: a word in a header → the kind of information that is not collected (E11).
    """

    outcomes: Mapping[Defect, Outcome] = field(default_factory=lambda: OUTCOMES)
    penalty_classes: Mapping[str, Seriousness] = field(default_factory=dict)
    calendar: Calendar | None = None
    forbidden: Mapping[str, str] = field(default_factory=dict)

    def forbidden_kind(self, header: str) -> str | None:
        """What a column of this header holds that may not be collected."""
        return next((title for word, title in self.forbidden.items() if word in header), None)


def standards_of(policy: Policy) -> Standards:
    """The standards of a city; a policy cannot soften what must be refused."""
    outcomes = {code: problem.outcome for code, problem in policy.quality.problems.items()}
    forbidden = {
        word: kind.title
        for kind in policy.catalogue.forbidden.values()
        if kind.rule in (ForbiddenRule.NEVER, ForbiddenRule.CONSENT)
        for word in kind.words
    }
    classes = penalty_classes_of(policy.seriousness)
    return Standards(outcomes_with(outcomes), classes, policy.calendar, forbidden)


def penalty_classes_of(rules: SeriousnessRules) -> dict[str, Seriousness]:
    """The fallback class of every kind of penalty (《行政处罚法》第九条) by its word in a feed."""
    classes = {word: rules.seriousness_of(title) for word, title in PENALTY_KINDS.items()}
    return classes | {SIMPLE: rules.seriousness_of("简易程序")}
