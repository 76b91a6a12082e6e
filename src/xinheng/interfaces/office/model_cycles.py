"""The evaluation cycles of all models: what is due, by which rule, and whose task it is (汴政办〔2020〕46号第13项)."""

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.model_shown import due_words
from xinheng.interfaces.office.models import READERS, cycle_line
from xinheng.interfaces.office.paging import address, chosen
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Crumb, Tile
from xinheng.services.evaluation_cycles import cycles

_STATES = {
    "late": "已过周期",
    "due": "应当评价",
    "soon": "即将到期",
    "unknown": "周期待确认",
    "kept": "在周期内",
    "unused": "尚未采用",
}


@asks(*READERS)
def evaluation_cycles(call: Call) -> HttpResponse:
    found = [
        (due_words(cycle, today=call.today)[0], cycle) for cycle in cycles(call.policy, today=call.today)
    ]
    wanted = chosen(call.request, "state", _STATES)
    runs = call.may_somewhere(Verb.RUN_EVALUATION)
    context = {
        "crumbs": [Crumb("评价模型", reverse("office:models")), Crumb("评价周期")],
        "tiles": [
            Tile(
                label,
                count(number := sum(state == label for state, _ in found)),
                url=address(call.request, state=key),
                attention=bool(number) and key in ("late", "due"),
            )
            for key, label in _STATES.items()
        ],
        "chosen": _STATES.get(wanted, ""),
        "may_run": runs,
        "all_url": reverse("office:evaluation_cycles"),
        "models": [
            {**cycle_line(call, cycle), "run_url": _run_url(cycle.model.id)}
            for state, cycle in found
            if not wanted or state == _STATES[wanted]
        ],
    }
    return call.render("evaluation_cycles", context)


def _run_url(model: str) -> str:
    return f"{reverse('office:evaluations')}?model={model}"
