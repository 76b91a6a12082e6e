"""What may be the reason of an interview or of an order to put right: a fault that a record states, never a plain fact of registration or permit.

The documents of the cities speak of failing subjects who did not put right what was found; which records state that is
policy (``rectification.yml``). A lower level may not add grounds without a local regulation.
"""

from pydantic import StrictBool

from xinheng.core.catalogue import Nature
from xinheng.core.measures import SUPPLEMENTING
from xinheng.core.overlays import Change
from xinheng.core.policy_file import PolicyModel
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Entry


class FaultGround(Entry):
    """Records of these natures; or ``classed``, those to which a class of fault was given; or of these items with one of
    these results."""

    title: str
    natures: tuple[Nature, ...] = ()
    classed: StrictBool = False
    items: tuple[int, ...] = ()
    results: tuple[str, ...] = ()

    def holds(self, *, item: int, nature: Nature, seriousness: Seriousness, result: str) -> bool:
        failed = item in self.items and result in self.results
        return nature in self.natures or failed or (self.classed and seriousness != Seriousness.NONE)


class RectificationRules(PolicyModel):
    """What stands in ``rectification.yml`` beside its parameters."""

    fault_grounds: dict[str, FaultGround]


def forbidden_changes(change: Change) -> list[str]:
    carried = change.carried_by(SUPPLEMENTING)
    return [] if carried else [f"增加约谈的事由须有地方性法规依据，{change.grounds_text}不够"]


def demand_ground(
    rules: RectificationRules,
    *,
    deed: str,
    title: str,
    item: int,
    nature: Nature,
    seriousness: Seriousness,
    result: str,
) -> None:
    """Refusal IV11 where the record states no fault. ``deed``: what is to rest on it, ``title``: what kind of record it is, both
    in words."""
    grounds = rules.fault_grounds.values()
    if any(one.holds(item=item, nature=nature, seriousness=seriousness, result=result) for one in grounds):
        return
    raise Refusal(
        "IV11",
        f"“{title}”只说明事实，不是失信行为，不能作为{deed}的依据。",
        citation="谁认定、谁约谈、谁督促整改：只对失信主体",
        advice=f"可以作为依据的有：{'；'.join(one.title for one in grounds)}。只想了解情况的，可以另行联系企业，不作为约谈或者整改要求。",
    )
