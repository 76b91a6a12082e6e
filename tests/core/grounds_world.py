"""A small world of records, decisions, effects and those who received them, moved by the rules of core.grounds alone."""

from dataclasses import dataclass, field, replace

from xinheng.core.flows import NEW, Flow, reachable
from xinheng.core.grounds import (
    Closing,
    Effect,
    EffectKind,
    EndCause,
    Ground,
    GroundKind,
    cause_of,
    check_ground,
    decision_lives,
    ends_effects,
    lives,
    orphans,
)
from xinheng.core.procedures import flows
from xinheng.core.records import STANDING, Finality, RecordState
from xinheng.core.refusal import Refusal

SUBJECTS = 3
FINAL_STATES = (RecordState.WITHDRAWN, RecordState.DELETED)
BURDENS = (EffectKind.LIST_ENTRY, EffectKind.MEASURE, EffectKind.CAMPAIGN_LINE)
DEEDS = {
    "annotate": RecordState.ANNOTATED,
    "dispute": RecordState.DISPUTED,
    "shield": RecordState.SHIELDED,
    "repair": RecordState.REPAIRED,
    "withdraw": RecordState.WITHDRAWN,
    "delete": RecordState.DELETED,
    "restore": RecordState.ACTIVE,
}


@dataclass
class Held:
    """One record: whose it is, its state and finality, and who received it and was told of its end."""

    subject: int
    origin: int
    state: RecordState = RecordState.ACTIVE
    finality: Finality = Finality.FINAL
    holders: set[str] = field(default_factory=set)


@dataclass
class World:
    """``effects`` are open; ``resting`` are those of them that a temporary lift suspended."""

    records: dict[int, Held] = field(default_factory=dict)
    decisions: dict[int, tuple[Flow, str]] = field(default_factory=dict)
    effects: dict[tuple[EffectKind, int], Effect] = field(default_factory=dict)
    resting: set[tuple[EffectKind, int]] = field(default_factory=set)
    versions: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(SUBJECTS), 0))
    owed: set[tuple[int, str]] = field(default_factory=set)
    told: set[tuple[int, str]] = field(default_factory=set)
    next_id: int = 1

    def number(self) -> int:
        self.next_id += 1
        return self.next_id

    def record(self, subject: int, finality: Finality) -> None:
        self.records[self.number()] = Held(subject, subject, finality=finality)

    def receive(self, key: int, holder: str) -> None:
        """Somebody reads or is sent a record that stands."""
        held = self.records[key]
        if lives(held.state, held.finality):
            held.holders.add(holder)
            self.told.discard((key, holder))

    def decide(self, flow: Flow) -> None:
        self.decisions[self.number()] = (flow, NEW)

    def step(self, case: int, choice: int) -> None:
        """One arrow of the case's own flow; when the decision is over its effects end."""
        flow, state = self.decisions[case]
        steps = flow.steps_from(state)
        if not steps:
            return
        state = steps[choice % len(steps)].to_state
        before = decision_lives(self.decisions[case][1])
        self.decisions[case] = (flow, state)
        if before and not decision_lives(state):
            self.close(Ground(GroundKind.DECISION, case), EndCause.REVOKED, subject=0)

    def rest_on(self, kind: EffectKind, ground: Ground) -> bool:
        """Lay an effect on a ground as the services do: only where core allows it."""
        subject = self.subject_of(ground)
        if subject is None:
            return False
        if ground.kind is GroundKind.RECORD:
            held = self.records[ground.reference]
            try:
                check_ground(kind, state=held.state, finality=held.finality, needs_final=True)
            except Refusal:
                return False
        one = Effect(kind, self.number(), subject, ground)
        self.effects[kind, one.id] = one
        return True

    def subject_of(self, ground: Ground) -> int | None:
        """Whose ground it is; None where nothing may be rested on it."""
        if ground.kind is GroundKind.RECORD:
            held = self.records.get(ground.reference)
            return held.subject if held is not None else None
        if ground.kind is GroundKind.DECISION:
            case = self.decisions.get(ground.reference)
            return 0 if case is not None and case[1] != NEW and decision_lives(case[1]) else None
        entry = self.effects.get((EffectKind.LIST_ENTRY, ground.reference))
        return entry.subject if entry is not None and (entry.kind, entry.id) not in self.resting else None

    def change(self, key: int, deed: str) -> None:
        """A new version of a record, as services.records makes it."""
        held = self.records[key]
        if held.state in FINAL_STATES:
            return
        if deed in ("annotate", "dispute") and held.state not in STANDING:
            return
        held.state = DEEDS[deed]
        self._follow(key, deed)

    def revoke(self, key: int) -> None:
        """A court or an office of review takes the decision away."""
        held = self.records[key]
        if held.state not in FINAL_STATES:
            held.finality = Finality.REVOKED
            self._follow(key, "correct")

    def _follow(self, key: int, deed: str) -> None:
        held = self.records[key]
        ground = Ground(GroundKind.RECORD, key)
        cause = (
            EndCause.DISPUTED
            if deed == "dispute"
            else cause_of(held.state, held.finality, corrected=deed == "correct")
        )
        if cause is not None:
            self.close(ground, cause, subject=held.subject)
        if deed == "restore" and lives(held.state, held.finality):
            self._revive(ground)

    def close(self, ground: Ground, cause: EndCause, *, subject: int) -> Closing:
        closing = ends_effects(ground, cause, subject=subject, effects=list(self.effects.values()))
        for effect in closing.ended:
            self.effects.pop((effect.kind, effect.id))
            self.resting.discard((effect.kind, effect.id))
        self.resting |= {(effect.kind, effect.id) for effect in closing.suspended}
        for one in closing.subjects:
            self.versions[one] += 1
        if ground.kind is GroundKind.RECORD and cause is not EndCause.PUBLICATION_EXPIRED:
            self.owed |= {(ground.reference, one) for one in self.records[ground.reference].holders}
        return closing

    def _revive(self, ground: Ground) -> None:
        """What rested on a ground that stands again, and what rested on that."""
        back = [one for one in self.effects.values() if one.ground == ground]
        while back:
            effect = back.pop()
            self.resting.discard((effect.kind, effect.id))
            if effect.kind is EffectKind.LIST_ENTRY:
                entry = Ground(GroundKind.LIST_ENTRY, effect.id)
                back += [one for one in self.effects.values() if one.ground == entry]

    def expire(self, kind: EffectKind, number: int) -> None:
        """The term of one effect is over."""
        effect = self.effects.get((kind, number))
        if effect is None:
            return
        if kind is EffectKind.LIST_ENTRY:
            self.close(Ground(GroundKind.LIST_ENTRY, number), EndCause.TERM_EXPIRED, subject=effect.subject)
        elif kind is EffectKind.PUBLICATION:
            self.close(effect.ground, EndCause.PUBLICATION_EXPIRED, subject=effect.subject)
        else:
            self.effects.pop((kind, number))
            self.resting.discard((kind, number))
            self.versions[effect.subject] += 1

    def merge(self, gone: int, kept: int) -> None:
        """Records and what rests on them are filed under the one that stays."""
        if gone == kept:
            return
        for held in self.records.values():
            if held.subject == gone:
                held.subject = kept
        self._carry({gone, kept})

    def split(self, gone: int) -> None:
        for held in self.records.values():
            if held.origin == gone:
                held.subject = gone
        self._carry(set(range(SUBJECTS)))

    def _carry(self, subjects: set[int]) -> None:
        for _ in range(2):
            for place, effect in self.effects.items():
                self.effects[place] = replace(effect, subject=self._owner(effect))
        for one in subjects:
            self.versions[one] += 1

    def _owner(self, effect: Effect) -> int:
        if effect.ground.kind is GroundKind.RECORD:
            return self.records[effect.ground.reference].subject
        if effect.ground.kind is GroundKind.LIST_ENTRY:
            return self.effects[EffectKind.LIST_ENTRY, effect.ground.reference].subject
        return effect.subject

    def tell(self) -> None:
        """The minute's run: everyone who is owed a word gets it."""
        self.told |= self.owed
        for key, holder in self.owed:
            if self.records[key].state not in STANDING:
                self.records[key].holders.discard(holder)
        self.owed = set()

    def check(self) -> None:
        """What must hold after every step."""
        living = {
            *(
                Ground(GroundKind.RECORD, key)
                for key, held in self.records.items()
                if lives(held.state, held.finality)
            ),
            *(
                Ground(GroundKind.DECISION, key)
                for key, (_, state) in self.decisions.items()
                if decision_lives(state)
            ),
        }
        entries = {
            Ground(GroundKind.LIST_ENTRY, effect.id)
            for place, effect in self.effects.items()
            if effect.kind is EffectKind.LIST_ENTRY and place not in self.resting
        }
        working = [effect for place, effect in self.effects.items() if place not in self.resting]
        assert orphans(working, living=frozenset(living | entries)) == (), "an effect outlived its ground"
        for place in self.resting:
            assert place in self.effects, "what rests is still open"
        for effect in working:
            self._check_lawful(effect)
        for key, held in self.records.items():
            if held.state not in STANDING or held.finality is Finality.REVOKED:
                untold = {one for one in held.holders if (key, one) not in self.owed | self.told}
                assert not untold, "a receiver of an ended record is owed no word"
        for flow, state in self.decisions.values():
            assert _can_end(flow, state), f"{flow.name} cannot end from {state}"

    def _check_lawful(self, effect: Effect) -> None:
        if effect.ground.kind is GroundKind.RECORD:
            held = self.records[effect.ground.reference]
            assert effect.subject == held.subject, "an effect lies on whom its ground does not name"
            if effect.kind in BURDENS:
                assert held.finality in (Finality.FINAL, Finality.UPHELD), (
                    "a burden rests on what is not final"
                )


_ENDS: dict[tuple[str, int, str], bool] = {}


def _can_end(flow: Flow, state: str) -> bool:
    """Whether some way leads to a state in which nobody waits."""
    place = (flow.name, flow.version, state)
    if place not in _ENDS:
        ways = {state} | set(reachable(flow, start=state))
        _ENDS[place] = any(
            not flow.steps_from(one) or (one != NEW and flow.state(one).settled) for one in ways
        )
    return _ENDS[place]


ALL_FLOWS = flows()
