"""A model set out for those who decide on it: weights, clauses, what it reads, its largest effects, which grades it can
give. The same report as ``xinheng model report``, for a version in force and for a draft, to be printed.
"""

from collections.abc import Iterator

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.model_reach import Weight, weights
from xinheng.core.model_report import EFFECTS, Cell, model_report
from xinheng.core.model_report import Bar as Share
from xinheng.core.model_report import Table as Written
from xinheng.core.models import Effect, ScoringModel
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.model_drafts import draft_of
from xinheng.interfaces.office.models import READERS, model_ever
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.web.charts import Bar, Chart, bars
from xinheng.interfaces.web.figures import count, points
from xinheng.interfaces.web.parts import Column, Crumb, Table
from xinheng.services.approvals import body_of
from xinheng.services.models import drafted_model
from xinheng.store.casework import Case

_BARS = 8
_FIGURES = frozenset({"封顶", "保底", "单条最多", "合计最多", "处数", "引用处", "已核对"})


@asks(*READERS)
def published_report(call: Call, model: str) -> HttpResponse:
    known = model_ever(call, model)
    above = Crumb(known.title, reverse("office:model", kwargs={"model": known.id}))
    return _page(call, known, above, state="现行" if known.id in call.policy.models else "已停用")


@asks(Verb.DRAFT_MODEL, Verb.PUBLISH_MODEL, of=CASE)
def draft_report(call: Call, case: Case) -> HttpResponse:
    """Of a draft whose structure is sound; what is wrong with another stands on its own page."""
    model = drafted_model(body_of(draft_of(case)))
    above = Crumb(case.number, reverse("office:model_draft", kwargs={"case": case.public_id}))
    return _page(call, model, above, state="草稿" if case.closed_at is None else "")


def _page(call: Call, model: ScoringModel, above: Crumb, *, state: str) -> HttpResponse:
    document = model_report(model, policy=call.policy)
    context = {
        "crumbs": [Crumb("评价模型", reverse("office:models")), above, Crumb("模型说明")],
        "title": document.title,
        "state": state,
        "lead": document.lead,
        "sections": [
            {
                "title": section.title,
                "sentences": section.sentences,
                "charts": list(_charts(model)) if section.title == EFFECTS else [],
                "tables": [_table(section.title, table) for table in section.tables],
            }
            for section in document.sections
        ],
    }
    return call.render("model_report", context)


def _table(title: str, table: Written) -> Table:
    columns = [Column(head, "number" if _is_figure(head) else "text") for head in table.header]
    rows = [[_said(cell) for cell in row] for row in table.rows]
    return Table(table.title or title, columns, rows, caption_hidden=True)


def _is_figure(head: str) -> bool:
    return head in _FIGURES or head.startswith("占")


def _said(cell: Cell) -> str:
    if isinstance(cell, Share):
        return cell.text
    return count(cell) if isinstance(cell, int) else cell


def _charts(model: ScoringModel) -> Iterator[Chart]:
    """What adds and what takes most, apart."""
    found = weights(model)
    for effect, verb in ((Effect.MINUS, "扣"), (Effect.PLUS, "加")):
        mine = [weight for weight in found if weight.effect is effect][:_BARS]
        if mine:
            first = mine[0]
            title = f"{effect.label}最多的是“{first.indicator.label}”，合计最多{verb} {_points(first)} 分"
            rows = [_bar(weight) for weight in mine]
            yield bars(rows, title=title, head=("指标", "合计最多（分）"))


def _bar(weight: Weight) -> Bar:
    return Bar(weight.indicator.label, int(weight.most * 1000), _points(weight))


def _points(weight: Weight) -> str:
    return points(int(weight.most * 1000))
