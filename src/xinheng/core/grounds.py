"""What an effect on an enterprise rests on, and which effects end when that ground ends.

No burden without a living ground: a list entry, a measure or a publication points to the record version, decision or
list entry it rests on and ends with it; score, page, report, search and feed hold nothing of their own and become
stale at once. Serves 《信用修复管理办法》(国家发展改革委令第36号) and 《河南省社会信用条例》第十九、二十、三十七、四十二条.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from xinheng.core.provenance import Provenance, refuse_as_ground
from xinheng.core.records import STANDING, Finality, RecordState
from xinheng.core.refusal import Refusal


class GroundKind(StrEnum):
    """What something can rest on. A list entry is an effect of a decision and the ground of measures."""

    RECORD = "record"
    DECISION = "decision"
    LIST_ENTRY = "list_entry"


@dataclass(frozen=True, slots=True)
class Ground:
    """``reference`` is the key of the record (its open version counts), the decided case or the list entry."""

    kind: GroundKind
    reference: int


class EffectKind(StrEnum):
    """What may burden an enterprise here. Stored effects are rows; derived ones are rebuilt."""

    LIST_ENTRY = "list_entry"
    MEASURE = "measure"
    CAMPAIGN_LINE = "campaign_line"
    PUBLICATION = "publication"
    SCORE = "score"
    PAGE = "page"
    REPORT = "report"
    SEARCH = "search"
    FEED = "feed"

    @property
    def label(self) -> str:
        return _EFFECT_LABELS[self]


_EFFECT_LABELS = {
    EffectKind.LIST_ENTRY: "列入名单",
    EffectKind.MEASURE: "惩戒措施",
    EffectKind.CAMPAIGN_LINE: "专项治理台账",
    EffectKind.PUBLICATION: "公示",
    EffectKind.SCORE: "评价",
    EffectKind.PAGE: "公示页面",
    EffectKind.REPORT: "信用报告",
    EffectKind.SEARCH: "检索",
    EffectKind.FEED: "数据共享",
}

STORED = frozenset(
    {EffectKind.LIST_ENTRY, EffectKind.MEASURE, EffectKind.CAMPAIGN_LINE, EffectKind.PUBLICATION}
)
DERIVED = frozenset(EffectKind) - STORED
BURDENS = frozenset({EffectKind.LIST_ENTRY, EffectKind.MEASURE, EffectKind.CAMPAIGN_LINE})
"""Effects that add something to bear to what the ground itself says, be it only supervision."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A stored effect as it stands: row id, enterprise and ground."""

    kind: EffectKind
    id: int
    subject: int
    ground: Ground


class EndCause(StrEnum):
    """What can happen to a ground."""

    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    CORRECTED = "corrected"
    REPAIRED = "repaired"
    DELETED = "deleted"
    TERM_EXPIRED = "term_expired"
    RETENTION_EXPIRED = "retention_expired"
    PUBLICATION_EXPIRED = "publication_expired"
    SHIELDED = "shielded"
    DISPUTED = "disputed"

    @property
    def label(self) -> str:
        return _CAUSE_LABELS[self]


_CAUSE_LABELS = {
    EndCause.WITHDRAWN: "撤回",
    EndCause.REVOKED: "依据被撤销",
    EndCause.CORRECTED: "更正",
    EndCause.REPAIRED: "信用修复",
    EndCause.DELETED: "删除",
    EndCause.TERM_EXPIRED: "期限届满",
    EndCause.RETENTION_EXPIRED: "披露期限届满转档案",
    EndCause.PUBLICATION_EXPIRED: "公示期满",
    EndCause.SHIELDED: "暂时屏蔽",
    EndCause.DISPUTED: "异议标注",
}


class Notice(StrEnum):
    """What everyone who received the matter is told."""

    RETRACT = "retract"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a cause does: stored effects ended for good, only suspended, or moved to what the ground says now (if that
    grounds them still), and the word to receivers.

    Derived effects become stale with every cause.
    """

    ends: frozenset[EffectKind]
    suspends: frozenset[EffectKind]
    notice: Notice
    moves: frozenset[EffectKind] = frozenset()


_NOTHING: frozenset[EffectKind] = frozenset()
_ENDS_ALL = Consequence(STORED, _NOTHING, Notice.RETRACT)

CONSEQUENCES: Mapping[EndCause, Consequence] = MappingProxyType(
    {
        EndCause.WITHDRAWN: _ENDS_ALL,
        EndCause.REVOKED: _ENDS_ALL,
        EndCause.CORRECTED: Consequence(
            BURDENS, _NOTHING, Notice.RETRACT, moves=frozenset({EffectKind.PUBLICATION})
        ),
        EndCause.REPAIRED: _ENDS_ALL,
        EndCause.DELETED: _ENDS_ALL,
        EndCause.TERM_EXPIRED: _ENDS_ALL,
        EndCause.RETENTION_EXPIRED: _ENDS_ALL,
        EndCause.PUBLICATION_EXPIRED: Consequence(
            frozenset({EffectKind.PUBLICATION}), _NOTHING, Notice.RETRACT
        ),
        EndCause.SHIELDED: Consequence(_NOTHING, STORED, Notice.RETRACT),
        EndCause.DISPUTED: Consequence(_NOTHING, _NOTHING, Notice.UPDATE),
    }
)


@dataclass(frozen=True, slots=True)
class Closing:
    """What one transaction must write when a ground ends.

    ``ended`` and ``suspended`` are stored effects, causes before what rests on them; ``moved`` are looked at anew by their
    own rule and end where it gives them no ground; the ``subjects`` get a new version, which makes their derived effects
    stale; ``forget_persons`` are list entries whose named persons are deleted (G11).
    """

    cause: EndCause
    ended: tuple[Effect, ...]
    suspended: tuple[Effect, ...]
    subjects: frozenset[int]
    notice: Notice
    moved: tuple[Effect, ...] = ()

    @property
    def forget_persons(self) -> tuple[int, ...]:
        return tuple(effect.id for effect in self.ended if effect.kind is EffectKind.LIST_ENTRY)


def ends_effects(ground: Ground, cause: EndCause, *, subject: int, effects: Iterable[Effect]) -> Closing:
    """Which of the living ``effects`` end or rest when ``cause`` befalls ``ground`` of ``subject``.

    What rests on an ended list entry ends with it, and so on; the order of ``effects`` does not matter.
    """
    consequence = CONSEQUENCES[cause]
    resting: dict[Ground, list[Effect]] = {}
    for effect in effects:
        resting.setdefault(effect.ground, []).append(effect)
    ended = _cascade(ground, consequence.ends, resting)
    suspended = _cascade(ground, consequence.suspends, resting)
    moved = tuple(effect for effect in resting.get(ground, ()) if effect.kind in consequence.moves)
    touched = frozenset({subject, *(effect.subject for effect in (*ended, *suspended, *moved))})
    return Closing(cause, ended, suspended, touched, consequence.notice, moved)


def _is(effect: Effect, ground: Ground) -> bool:
    """Whether the ground is this very effect: a list entry that others rest on."""
    return Ground(GroundKind.LIST_ENTRY, effect.id) == ground and effect.kind is EffectKind.LIST_ENTRY


def _cascade(
    ground: Ground, kinds: frozenset[EffectKind], resting: Mapping[Ground, list[Effect]]
) -> tuple[Effect, ...]:
    found: dict[tuple[EffectKind, int], Effect] = {}
    itself = (e for group in resting.values() for e in group if _is(e, ground))
    waiting = deque(effect for effect in (*itself, *resting.get(ground, ())) if effect.kind in kinds)
    while waiting:
        effect = waiting.popleft()
        if (effect.kind, effect.id) in found:
            continue
        found[effect.kind, effect.id] = effect
        if effect.kind is EffectKind.LIST_ENTRY:
            waiting.extend(resting.get(Ground(GroundKind.LIST_ENTRY, effect.id), ()))
    return tuple(found.values())


def orphans(effects: Iterable[Effect], *, living: frozenset[Ground]) -> tuple[Effect, ...]:
    """The effects whose ground no longer lives. A list entry among the effects lives only with its own ground."""
    standing = list(effects)
    alive = set(living)
    lost: dict[tuple[EffectKind, int], Effect] = {}
    changed = True
    while changed:
        changed = False
        for effect in standing:
            if (effect.kind, effect.id) in lost or effect.ground in alive:
                continue
            lost[effect.kind, effect.id] = effect
            if effect.kind is EffectKind.LIST_ENTRY:
                alive.discard(Ground(GroundKind.LIST_ENTRY, effect.id))
                changed = True
    return tuple(lost.values())


def lives(state: RecordState, finality: Finality) -> bool:
    """Whether a record version can still be a ground."""
    return state in STANDING and finality is not Finality.REVOKED


DECISIONS_OVER = frozenset(
    {
        *("withdrawn", "revoked", "refused", "dismissed", "declined", "dropped", "moot", "retracted"),
        *("lifted", "ended", "expired", "over", "annulled", "overturned", "removed", "repaired"),
    }
)
"""States of a case in which what it decided, if it decided anything, grounds nothing any more."""


def decision_lives(state: str) -> bool:
    """Whether a case in this state can still be the ground of an effect."""
    return state not in DECISIONS_OVER


def cause_of(state: RecordState, finality: Finality, *, corrected: bool) -> EndCause | None:
    """What befell a record that has a new version in this state; None where it stands as it stood."""
    if finality is Finality.REVOKED:
        return EndCause.REVOKED
    return _CAUSE_OF_STATE.get(state, EndCause.CORRECTED if corrected else None)


_CAUSE_OF_STATE = {
    RecordState.SHIELDED: EndCause.SHIELDED,
    RecordState.REPAIRED: EndCause.REPAIRED,
    RecordState.WITHDRAWN: EndCause.WITHDRAWN,
    RecordState.DELETED: EndCause.DELETED,
}


def check_ground(
    kind: EffectKind,
    *,
    state: RecordState,
    finality: Finality,
    needs_final: bool,
    provenance: Provenance = Provenance.PUBLIC,
) -> None:
    """Refuses a record as the ground of an effect (legal guard G3); what is kept apart grounds none.

    ``needs_final`` comes from the provincial pack: under it a decision that can still be overturned may be published,
    but grounds no list entry and no measure; what it does to a score is said in ``core.treatment``.
    """
    refuse_as_ground(provenance, effect=kind.label)
    if not lives(state, finality):
        word = "撤销" if finality is Finality.REVOKED else state.label
        raise Refusal(
            "ground_ended",
            f"该记录{word}，不能再作为{kind.label}的依据",
            advice="请核对记录现行版本，另行选择有效的依据",
        )
    settled = finality in (Finality.FINAL, Finality.UPHELD)
    if needs_final and not settled and kind in BURDENS:
        raise Refusal(
            "ground_not_final",
            f"该决定的状态是“{finality.label}”，尚未终局，不能作为{kind.label}的依据",
            citation="《河南省社会信用条例》第二十条",
            advice="待复议、诉讼期满或维持后再办理；公示不受影响",
        )
