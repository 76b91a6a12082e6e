"""The door of an enterprise's own space: activate the account with the slip of the window, sign in, sign out."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from xinheng.core.refusal import Refusal
from xinheng.interfaces.counter.space import account_in, enter, leave
from xinheng.interfaces.web.refusals import told
from xinheng.services.enterprises import activate, count_failure, sign_in

_PASSWORD = forms.PasswordInput(attrs={"autocomplete": "current-password"})
_NEW = {"autocomplete": "new-password"}


class SignInForm(forms.Form):
    """Number and password."""

    number = forms.CharField(label="账号", max_length=20, error_messages={"required": "请填写账号。"})
    password = forms.CharField(
        label="密码", max_length=128, widget=_PASSWORD, error_messages={"required": "请填写密码。"}
    )


class ActivationForm(forms.Form):
    """Number and code of the slip, and the new password twice."""

    number = forms.CharField(label="账号", max_length=20, error_messages={"required": "请填写账号。"})
    code = forms.CharField(label="开通码", max_length=24, error_messages={"required": "请填写开通码。"})
    password = forms.CharField(
        label="设置密码",
        max_length=128,
        widget=forms.PasswordInput(attrs=_NEW),
        error_messages={"required": "请设置密码。"},
    )
    again = forms.CharField(
        label="再输一次密码",
        max_length=128,
        widget=forms.PasswordInput(attrs=_NEW),
        error_messages={"required": "请再输一次密码。"},
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", "两次输入的密码不一样。")
        return given


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None) or not target.startswith("/own/"):
        target = reverse("counter:own")
    if account_in(request) is not None:
        return redirect(target)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"]
        try:
            enter(request, sign_in(number, form.cleaned_data["password"], now=timezone.now()))
        except Refusal as refusal:
            _failed(form, number, refusal)
        else:
            return redirect(target)
    context = {"form": form, "activate_url": reverse("counter:activate"), "noindex": True}
    return render(request, "counter/sign_in.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activate_page(request: HttpRequest) -> HttpResponse:
    form = ActivationForm(request.POST or None, initial={"number": request.GET.get("number", "")[:10]})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            account = activate(given["number"], given["code"], given["password"], now=timezone.now())
        except Refusal as refusal:
            _failed(form, given["number"], refusal)
        else:
            enter(request, account)
            return redirect("counter:own")
    return render(request, "counter/activate.html", {"form": form, "noindex": True})


def _failed(form: forms.Form, number: str, refusal: Refusal) -> None:
    if refusal.code in ("EA1", "EA2"):
        count_failure(number, now=timezone.now())
    form.add_error(None, told(refusal))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    leave(request)
    return redirect("counter:sign_in")
