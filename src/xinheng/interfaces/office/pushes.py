"""Who is sent the public part of results, every file that was sent with digest, and the receipts."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from xinheng.core.access import Target
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.exporting import stored
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.ledger import note
from xinheng.services.results_push import LICENCE, Recipient, as_json, receive, subscribe, unsubscribe
from xinheng.store.results import RecipientKind, ResultPush, ResultSubscription

_PUSHES = 20


def _own(call: Call, _: object) -> Target:
    return call.of(call.user.organisation_id)


def _find_push(public_id: str) -> ResultPush | None:
    return ResultPush.objects.select_related("file", "subscription").filter(public_id=public_id).first()


def _find_subscription(public_id: str) -> ResultSubscription | None:
    return ResultSubscription.objects.filter(public_id=public_id).first()


PUSH = Owned("push", _find_push, _own)
SUBSCRIPTION = Owned("subscription", _find_subscription, _own)


class SubscriptionForm(forms.Form):
    """Who wants which results, what for."""

    name = forms.CharField(label="接收单位", max_length=120, error_messages={"required": "请填写接收单位。"})
    kind = forms.ChoiceField(label="类别", choices=RecipientKind.choices)
    model = forms.ChoiceField(label="评价模型")
    purpose = forms.CharField(
        label="用途", max_length=200, error_messages={"required": "请写明用途，例如联合监管、贷前参考。"}
    )

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models = [model for model in call.policy.models.values() if not model.trial]
        choices = sorted((model.id, model.title) for model in models)
        self.fields["model"].choices = choices  # type: ignore[attr-defined]


@asks(Verb.RUN_EVALUATION)
def pushes(call: Call) -> HttpResponse:
    return _page(call, SubscriptionForm(call))


@asks(Verb.RUN_EVALUATION, methods=("POST",))
@once
def add_subscription(call: Call) -> HttpResponse:
    form = SubscriptionForm(call, call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            call.demand(Verb.RUN_EVALUATION, call.of(call.user.organisation_id))
            wanted = Recipient(**form.cleaned_data)
            subscribe(wanted, policy=call.policy, actor=call.user, today=call.today, now=call.now)
            call.tell(f"已登记“{wanted.name}”，结果公布后由后台推送。")
            return redirect("office:pushes")
    return _page(call, form)


@asks(Verb.RUN_EVALUATION, of=SUBSCRIPTION, methods=("POST",))
@once
def end_subscription(call: Call, row: ResultSubscription) -> HttpResponse:
    reason = call.request.POST.get("reason", "")
    unsubscribe(row.public_id, actor=call.user, reason=reason, today=call.today, now=call.now)
    call.tell(f"不再向“{row.recipient}”推送。")
    return redirect("office:pushes")


@asks(Verb.RUN_EVALUATION, of=PUSH)
def push_file(call: Call, row: ResultPush) -> StreamingHttpResponse:
    """The file as it was sent; taking it is noted."""
    if row.file.digest != row.digest:
        raise Http404
    note("results.taken", now=call.now, actor=call.user, object=f"push:{row.public_id}")
    return stored(row.file)


@asks(Verb.RUN_EVALUATION, of=PUSH)
def push_json(call: Call, row: ResultPush) -> StreamingHttpResponse:
    """The same results for machines; taking them is noted."""
    pieces = as_json(row.file)
    note("results.taken", now=call.now, actor=call.user, object=f"push:{row.public_id}")
    response = StreamingHttpResponse(pieces, content_type="application/json; charset=utf-8")
    name = f"{row.file.name.removesuffix('.csv')}.json"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@asks(Verb.RUN_EVALUATION, of=PUSH, methods=("POST",))
@once
def receive_push(call: Call, row: ResultPush) -> HttpResponse:
    try:
        receive(row.public_id, receipt=call.request.POST.get("receipt", ""), actor=call.user, now=call.now)
    except Refusal as refusal:
        return _page(call, SubscriptionForm(call), refused=told(refusal))
    call.tell("已登记回执。")
    return redirect("office:pushes")


def _page(call: Call, form: SubscriptionForm, *, refused: str = "") -> HttpResponse:
    rows = ResultPush.objects.select_related("subscription", "file").defer("shown")
    page, paging = newest_first(rows, call.request, size=_PUSHES)
    standing = ResultSubscription.objects.filter(to_on__isnull=True).order_by("pk")
    context = {
        "crumbs": [Crumb("结果推送")],
        "licence": LICENCE,
        "refused": refused,
        "subscriptions": [
            {
                "recipient": each.recipient,
                "kind": each.get_kind_display(),
                "model": _title(call, each.model),
                "purpose": each.purpose,
                "from_on": each.from_on,
                "end_url": reverse("office:end_subscription", kwargs={"subscription": each.public_id}),
            }
            for each in standing
        ],
        "pushes": [_line(call, each) for each in page],
        "paging": paging,
        "form": form,
        "add_url": reverse("office:add_subscription"),
    }
    return call.render("pushes", context)


def _title(call: Call, model: str) -> str:
    known = call.policy.models.get(model)
    return known.title if known else model


def _line(call: Call, row: ResultPush) -> dict[str, Any]:
    here = {"push": row.public_id}
    kept = row.file.destroyed_at is None
    return {
        "recipient": row.subscription.recipient,
        "model": _title(call, row.subscription.model),
        "pushed_at": row.pushed_at,
        "rows": row.rows,
        "withdrawn": row.withdrawn,
        "digest": row.digest,
        "file_url": reverse("office:push_file", kwargs=here) if kept else "",
        "json_url": reverse("office:push_json", kwargs=here) if kept else "",
        "receipt": row.receipt,
        "received_at": row.received_at,
        "receive_url": reverse("office:receive_push", kwargs=here) if row.received_at is None else "",
    }
