"""Whether a record may be repaired, what is missing, and from which day; and which demands for materials are lawful.

Earliest day and last day of publication follow the class of the record by the rule in force on the day of its
document. Serves 《信用修复管理办法》(国家发展改革委令第36号), 国办发〔2025〕22号 and 市场监管总局令第107号 (legal guards G5, G6).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from xinheng.core.days import add_months
from xinheng.core.parameters import Reading
from xinheng.core.policy import Policy
from xinheng.core.publication import PublicationPeriod
from xinheng.core.records import STANDING, Finality, RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.repair_rules import Paper, Place, RepairRules, Way, When, titles

FREE = "信用修复不收取任何费用；不得要求参加培训、公益捐助或者购买信用报告。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A record as repair looks at it: ``item`` is its key in the catalogue, ``sectors`` those of the body it came from,
    ``sector`` the one whose periods hold."""

    item: str
    seriousness: Seriousness
    decided_on: date | None
    state: RecordState
    finality: Finality
    sectors: tuple[str, ...] = ()
    sector: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``earliest_on``: None where no rule gives a day (待确认) or none is needed; ``stops_on``: first day on which the
    publication is over by itself. ``hurdles`` are what stands against an application now."""

    way: Way | None
    place: Place | None
    earliest_on: date | None
    stops_on: date | None
    unconfirmed: bool
    rule: Reading | None
    materials: Mapping[str, Paper]
    hurdles: tuple[Refusal, ...]

    @property
    def may(self) -> bool:
        return not self.hurdles

    def missing(self, handed: Collection[str]) -> tuple[str, ...]:
        """Titles of lawful materials not yet handed in."""
        return titles(self.materials, set(self.materials) - set(handed))

    def demand(self) -> "Answer":
        """Itself; raises the first hurdle."""
        if self.hurdles:
            raise self.hurdles[0]
        return self


def assess(matter: Matter, *, policy: Policy, today: date, barred_until: date | None = None) -> Answer:
    """May it be repaired, what is needed, and when. An unknown shortest term holds nobody up (legal guard G15).

    ``barred_until``: the first day after false materials on which one may apply again.
    """
    rules = policy.repair
    way = rules.way_of(matter.item, matter.sectors)
    period = _period(matter, policy)
    waits = way is not None and way.when is When.TERM and period is not None
    earliest = period.earliest_repair_on if waits and period else None
    return Answer(
        way=way,
        place=rules.places[way.place] if way else None,
        earliest_on=earliest,
        stops_on=period.stops_on if period else None,
        unconfirmed=waits and earliest is None,
        rule=period.minimum if waits and period else None,
        materials=rules.materials if way and way.when is not When.ELSEWHERE else {},
        hurdles=tuple(_hurdles(matter, way, earliest, rules, today=today, barred_until=barred_until)),
    )


def _period(matter: Matter, policy: Policy) -> PublicationPeriod | None:
    if matter.seriousness is Seriousness.NONE or matter.decided_on is None:
        return None
    return policy.publication_period(matter.seriousness, decided_on=matter.decided_on, sector=matter.sector)


def _hurdles(
    matter: Matter,
    way: Way | None,
    earliest: date | None,
    rules: RepairRules,
    *,
    today: date,
    barred_until: date | None,
) -> list[Refusal]:
    found = []
    if matter.state not in STANDING or matter.finality is Finality.REVOKED:
        word = "撤销" if matter.finality is Finality.REVOKED else matter.state.label
        found.append(Refusal("RX1", f"这条信息{word}，不需要修复。", advice="仍在别处看到它的，请提出异议。"))
    elif matter.seriousness is Seriousness.NONE and matter.item not in ("abnormal_operation", "court"):
        found.append(Refusal("RX2", "这条信息不是失信信息，不需要修复。", advice="认为有误的，请提出异议。"))
    if way is None:
        found.append(
            Refusal("RX3", "这类信息没有修复规则。", advice="认为有误的，请提出异议，或向认定单位询问。")
        )
    elif way.when is When.ELSEWHERE:
        found.append(Refusal("RX4", f"{way.title}不在这里申请修复。", advice=rules.places[way.place].hint))
    if earliest is not None and earliest > today:
        found.append(too_early(earliest))
    if barred_until is not None and barred_until > today:
        found.append(
            Refusal(
                "RX6",
                f"此前提供虚假材料或者严重违背修复承诺，{barred_until} 以前不能申请修复。",
                citation="《信用修复管理办法》",
                advice="到期后可以申请；对认定有异议的，请提出异议。",
            )
        )
    return found


def too_early(earliest: date) -> Refusal:
    return Refusal(
        "RX5",
        f"最短公示期还没有满，{earliest} 起可以申请修复。",
        citation="《信用修复管理办法》",
        advice=f"请先改正并履行完义务，保存证明，{earliest} 起再申请。",
    )


def nothing_to_end(*, shown_once: bool, stops_on: date | None) -> Refusal:
    """Why a record that burdens nobody any more, or never did, needs no repair; ``stops_on`` where the rule gives it."""
    if shown_once or stops_on is not None:
        until = f"（{stops_on} 期满）" if stops_on else ""
        return Refusal(
            "RX9",
            f"这条信息的公示已经结束{until}，不再对外公开，不需要修复。",
            citation="《信用修复管理办法》",
            advice="不必申请；仍在别处看到这条信息的，请提出异议。",
        )
    return Refusal(
        "RX10",
        "这条信息没有对外公示，也没有措施或名单以它为依据，没有可以修复的。",
        citation="《信用修复管理办法》",
        advice="内容有误的，请提出异议；在“信用中国”或者公示系统公示的，由该网站把申请推送过来，不必登记。",
    )


def lawful_demands(rules: RepairRules, keys: Collection[str]) -> tuple[str, ...]:
    """Titles of what an officer asks to be added. Refusals: RX7 nothing named, RX8 something the law does not know."""
    if not keys:
        raise Refusal("RX7", "没有写明要补正什么。", advice="请从法定材料中选择，一次写全。")
    strange = sorted(set(keys) - set(rules.materials))
    if strange:
        words = "、".join(rules.offers[key].title if key in rules.offers else key for key in strange)
        raise Refusal(
            "RX8",
            f"不能要求企业提交“{words}”。",
            citation="国办发〔2025〕22号",
            advice=f"只能要求：{'、'.join(paper.title for paper in rules.materials.values())}。{FREE}",
        )
    return titles(rules.materials, keys)


def barred_until(annulled_on: date, term: Reading) -> date | None:
    """The first day on which one may apply again; None while no rule gives the term, which then bars nobody (G15)."""
    return None if term.value is None else add_months(annulled_on, term.value)
