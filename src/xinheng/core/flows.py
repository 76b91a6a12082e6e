"""The shape of a procedure: states, who takes which step, what it needs, which clocks it starts and ends.

The shape is code, the numbers are policy. A case pins the version of the flow it began with, so a published version is
never edited: a change is a new version. Whatever burdens somebody is decided by a second person on a stated ground
(《行政处罚法》第五十八条 on review, 第五十七条 on decision; 三权分立 in casework).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xinheng.core.grounds import Ground
from xinheng.core.mandates import Matter
from xinheng.core.refusal import Refusal
from xinheng.core.roles import OF_ENTERPRISES, Role

NEW = "new"
"""The state before the first step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """``settled``: nobody waits for anything, the case leaves the desk (it may still be reopened by a step).

    ``party`` tells the enterprise concerned what the state means and what to do, in plain words.
    """

    key: str
    title: str
    settled: bool = False
    party: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One arrow. No ``roles``: the clock takes it. ``not_by``: nobody who took one of these verbs in the case may.

    ``starts``, ``ends``, ``suspends`` and ``resumes`` name clocks; their lengths are policy parameters of that key.
    ``notice`` is the letter that goes out; a clock that starts with a notice starts at its service (G17).
    ``after`` names the clock whose last day must be over before the clock takes the step.
    """

    verb: str
    title: str
    from_states: tuple[str, ...]
    to_state: str
    roles: frozenset[Role] = frozenset()
    not_by: tuple[str, ...] = ()
    adverse: bool = False
    ground_required: bool = False
    reason_required: bool = False
    notice: str | None = None
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    suspends: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    after: str = ""

    @property
    def two_person(self) -> bool:
        return bool(self.not_by)

    @property
    def by_clock(self) -> bool:
        return not self.roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A step taken in a case; ``actor`` is None where the clock took it, below zero where an enterprise's account did."""

    verb: str
    actor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A procedure of one version. Made only through ``published``, which checks it.

    ``matter``: what an agent of an enterprise must be authorised for to take the steps of its side.
    """

    name: str
    version: int
    title: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    matter: Matter = Matter.REQUESTS

    def state(self, key: str) -> State:
        return next(state for state in self.states if state.key == key)

    def steps_from(self, state: str) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if state in step.from_states)


def check_step(
    flow: Flow,
    *,
    state: str,
    verb: str,
    actor: int | None,
    roles: Iterable[Role],
    history: Sequence[Past],
    recused: frozenset[int] = frozenset(),
    reason: str = "",
    ground: Ground | None = None,
) -> Step:
    """The step that ``verb`` takes now. Refused with what is missing; ``actor`` None is the clock, below zero an account of
    an enterprise, which never takes the steps of the other side."""
    step = next((step for step in flow.steps_from(state) if step.verb == verb), None)
    if step is None:
        raise _out_of_place(flow, state=state, verb=verb)
    _check_person(step, actor=actor, roles=frozenset(roles), history=history, recused=recused)
    if step.reason_required and not reason.strip():
        raise Refusal("flow_reason", f"“{step.title}”必须写明理由", advice="请填写理由后再提交")
    if step.ground_required and ground is None:
        raise Refusal(
            "flow_ground",
            f"“{step.title}”必须写明所依据的决定或记录",
            advice="请选择现行有效的决定或记录作为依据",
        )
    return step


def _out_of_place(flow: Flow, *, state: str, verb: str) -> Refusal:
    known = next((step for step in flow.steps if step.verb == verb), None)
    if known is None:
        return Refusal("flow_verb", f"{flow.title}没有“{verb}”这一步", advice="请刷新页面后重试")
    now = "尚未开始" if state == NEW else flow.state(state).title
    return Refusal(
        "flow_state",
        f"事项现在是“{now}”，不能“{known.title}”",
        advice="事项可能已由他人办理，请刷新页面查看现状",
    )


def _check_person(
    step: Step,
    *,
    actor: int | None,
    roles: frozenset[Role],
    history: Sequence[Past],
    recused: frozenset[int],
) -> None:
    if actor is None or step.by_clock:
        if actor is None and step.by_clock:
            return
        raise Refusal(
            "flow_role",
            f"“{step.title}”{'由系统到期办理' if step.by_clock else '须由工作人员办理'}",
            advice="请等期限届满，不需要办理。" if step.by_clock else "请登录后办理。",
        )
    if not of_side(actor, roles) & step.roles:
        wanted = "、".join(role.label for role in sorted(step.roles))
        raise Refusal(
            "flow_role", f"您不能“{step.title}”；需要的角色：{wanted}", advice="请转交有此角色的人员"
        )
    if actor in recused:
        raise Refusal("flow_recused", f"您已从本事项回避，不能“{step.title}”", advice="请转交其他人员办理")
    if any(past.actor == actor and past.verb in step.not_by for past in history):
        raise Refusal(
            "flow_same_person",
            f"您办理过本事项的前序环节，不能再“{step.title}”",
            advice="该环节须由另一人办理，请转交其他人员",
        )


def of_side(actor: int, roles: frozenset[Role]) -> frozenset[Role]:
    """The roles that count: those of enterprises for their accounts, the others for people of public bodies."""
    return roles & OF_ENTERPRISES if actor < 0 else roles - OF_ENTERPRISES


def available(
    flow: Flow,
    *,
    state: str,
    actor: int,
    roles: Iterable[Role],
    history: Sequence[Past],
    recused: frozenset[int] = frozenset(),
) -> tuple[Step, ...]:
    """The steps this person may take now: the buttons of the page. Reason and ground are asked for afterwards."""
    held = frozenset(roles)
    return tuple(
        step
        for step in flow.steps_from(state)
        if _person_fits(step, actor=actor, roles=held, history=history, recused=recused)
    )


def _person_fits(
    step: Step, *, actor: int, roles: frozenset[Role], history: Sequence[Past], recused: frozenset[int]
) -> bool:
    try:
        _check_person(step, actor=actor, roles=roles, history=history, recused=recused)
    except Refusal:
        return False
    return True


def hands(flow: Flow, *, state: str) -> frozenset[Role]:
    """The roles for whose step the case waits."""
    return frozenset(role for step in flow.steps_from(state) for role in step.roles)


def flaws(flow: Flow) -> tuple[str, ...]:
    """What is wrong with the shape of a flow; a flow with flaws is not published."""
    return (*_flaws_of_names(flow), *_flaws_of_ways(flow), *_flaws_of_steps(flow), *_flaws_of_clocks(flow))


def _flaws_of_names(flow: Flow) -> list[str]:
    keys = [state.key for state in flow.states]
    found = [f"state {key} twice" for key in sorted({key for key in keys if keys.count(key) > 1})]
    for step in flow.steps:
        unknown = {*step.from_states, step.to_state} - {*keys, NEW}
        found += [f"{step.verb}: unknown state {key}" for key in sorted(unknown)]
        if step.to_state == NEW:
            found.append(f"{step.verb}: nothing leads back before the beginning")
        found += [f"{step.verb}: unknown verb {v} in not_by" for v in step.not_by if not _takes(flow, v)]
    arrows = [(state, step.verb) for step in flow.steps for state in step.from_states]
    found += [
        f"{verb} twice from {state}" for state, verb in sorted({a for a in arrows if arrows.count(a) > 1})
    ]
    return found


def _takes(flow: Flow, verb: str) -> bool:
    return any(step.verb == verb for step in flow.steps)


def reachable(flow: Flow, *, start: str = NEW, without: Iterable[str] = ()) -> frozenset[str]:
    """States that can be reached from ``start`` without the verbs named."""
    barred = set(without)
    found, waiting = {start}, [start]
    while waiting:
        for step in flow.steps_from(waiting.pop()):
            if step.verb not in barred and step.to_state not in found:
                found.add(step.to_state)
                waiting.append(step.to_state)
    return frozenset(found)


def _flaws_of_ways(flow: Flow) -> list[str]:
    reached = reachable(flow)
    settled = {state.key for state in flow.states if state.settled}
    found = [f"state {state.key} is never reached" for state in flow.states if state.key not in reached]
    for state in flow.states:
        if not state.settled and not reachable(flow, start=state.key) & settled:
            found.append(f"state {state.key} is a dead end")
    return found


def _flaws_of_steps(flow: Flow) -> list[str]:
    found = []
    for step in flow.steps:
        if step.adverse and not (step.two_person and step.ground_required and step.reason_required):
            found.append(f"{step.verb}: an adverse step needs a second person, a ground and a reason")
        if step.by_clock and (step.two_person or step.reason_required):
            found.append(f"{step.verb}: the clock is no person and has no reason of its own")
        if step.roles & OF_ENTERPRISES and (step.adverse or step.two_person):
            found.append(f"{step.verb}: an enterprise does not decide on itself")
        if step.two_person and reachable(flow, without=step.not_by) & set(step.from_states):
            found.append(f"{step.verb}: there is a way past {', '.join(step.not_by)}")
    return found


def _flaws_of_clocks(flow: Flow) -> list[str]:
    started = {clock for step in flow.steps for clock in step.starts}
    named = {clock for step in flow.steps for clock in (*step.ends, *step.suspends, *step.resumes)}
    named |= {step.after for step in flow.steps if step.after}
    found = [f"clock {clock} is never started" for clock in sorted(named - started)]
    found += [
        f"{step.verb}: a person waits for no clock" for step in flow.steps if step.after and not step.by_clock
    ]
    settled = {state.key for state in flow.states if state.settled}
    for clock in sorted(started):
        enders = [step.verb for step in flow.steps if clock in step.ends]
        after = [step.to_state for step in flow.steps if clock in step.starts]
        if any(reachable(flow, start=state, without=enders) & settled for state in after):
            found.append(f"clock {clock} can outlive the case")
    return found


_published: dict[tuple[str, int], Flow] = {}


def published(flow: Flow) -> Flow:
    """Registers a flow under its name and version. Raises ValueError for a flaw or a version that exists."""
    if wrong := flaws(flow):
        raise ValueError(f"{flow.name} {flow.version}: {'; '.join(wrong)}")
    if (flow.name, flow.version) in _published:
        raise ValueError(f"{flow.name} {flow.version} exists; a change is a new version")
    _published[flow.name, flow.version] = flow
    return flow


def flow_of(name: str, version: int) -> Flow:
    """The flow as a case pinned it. Raises KeyError for one that was never published."""
    return _published[name, version]


def newest(name: str) -> Flow:
    """The version with which new cases begin."""
    return _published[name, max(version for key, version in _published if key == name)]


def flows() -> tuple[Flow, ...]:
    """All published flows and versions."""
    return tuple(_published[key] for key in sorted(_published))


def diagram(flow: Flow) -> str:
    """The flow as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.key}: {state.title}" for state in flow.states]
    for step in flow.steps:
        who = "系统" if step.by_clock else "、".join(role.label for role in sorted(step.roles))
        other = "，另一人" if step.two_person else ""
        for state in step.from_states:
            source = "[*]" if state == NEW else state
            lines.append(f"    {source} --> {step.to_state}: {step.title}（{who}{other}）")
    ends = [state.key for state in flow.states if not flow.steps_from(state.key)]
    lines += [f"    {key} --> [*]" for key in ends]
    return "\n".join(lines) + "\n"


_DRAFTERS = frozenset({Role.CREDIT_OFFICE_OPERATOR, Role.REVIEWER, Role.MODEL_OFFICER})
_DECIDERS = frozenset({Role.DECIDER})

APPROVAL = published(
    Flow(
        name="approval",
        version=1,
        title="审批",
        states=(
            State(key="drafted", title="草拟"),
            State(key="submitted", title="送审"),
            State(key="approved", title="批准"),
            State(key="in_force", title="生效", settled=True),
            State(key="withdrawn", title="撤销草稿", settled=True),
            State(key="revoked", title="撤回", settled=True),
        ),
        steps=(
            Step(verb="draft", title="草拟", from_states=(NEW,), to_state="drafted", roles=_DRAFTERS),
            Step(verb="edit", title="修改", from_states=("drafted",), to_state="drafted", roles=_DRAFTERS),
            Step(
                verb="submit",
                title="送审",
                from_states=("drafted",),
                to_state="submitted",
                roles=_DRAFTERS,
            ),
            Step(
                verb="approve",
                title="批准",
                from_states=("submitted",),
                to_state="approved",
                roles=_DECIDERS,
                not_by=("draft", "edit", "submit"),
            ),
            Step(
                verb="return",
                title="退回",
                from_states=("submitted",),
                to_state="drafted",
                roles=_DECIDERS,
                not_by=("draft", "edit", "submit"),
                reason_required=True,
            ),
            Step(
                verb="withdraw",
                title="撤销草稿",
                from_states=("drafted", "submitted"),
                to_state="withdrawn",
                roles=_DRAFTERS,
                reason_required=True,
            ),
            Step(verb="take_effect", title="生效", from_states=("approved",), to_state="in_force"),
            Step(
                verb="revoke",
                title="撤回",
                from_states=("approved", "in_force"),
                to_state="revoked",
                roles=_DECIDERS,
                reason_required=True,
            ),
        ),
    )
)
"""Two persons for what changes the rules or the data of everybody: feeds, models, calendars, quarantine, plans."""
