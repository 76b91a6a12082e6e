"""Is this report genuine, and does it still hold: asked by number, by the code on the paper, or with the file.

The answer names no record, no score and no person, and after any change says nothing but that there is news (legal guard
G9). Whoever verifies without this site takes the certificates and the command.
"""

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from xinheng.core.canonical import shortened
from xinheng.core.models import SubjectKind
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.reports import typed_number
from xinheng.documents.signing import Sm2
from xinheng.interfaces.counter.kept_nowhere import kept_nowhere
from xinheng.interfaces.counter.limits import another_day, is_beyond
from xinheng.interfaces.web.given import without_nul
from xinheng.interfaces.web.middleware import status_of
from xinheng.interfaces.web.papers import MIB, received, whole_file
from xinheng.interfaces.web.refusals import told
from xinheng.services.policies import policy_in_force
from xinheng.services.reports_verifying import Answer, State, verify_file, verify_number
from xinheng.services.signing_keys import certificates
from xinheng.services.time import day_of

_SAYS = {
    State.CURRENT: ("done", "一致", "本平台出具过这份报告，报告所载内容与平台现有信息一致。"),
    State.CHANGED: ("clock", "有变化", "本平台出具过这份报告。已有更新，请重新获取。"),
    State.ENDED: ("clock", "已停止核验", "本平台出具过这份报告，保存期已过，不再核验。请重新获取。"),
    State.UNKNOWN: (
        "decide",
        "查无此号",
        "没有出具过这个编号的报告。请核对编号；核对无误的，这不是本平台的报告。",
    ),
}


class NumberForm(forms.Form):
    """Twenty-two signs, as ``core.reports.typed_number`` reads them."""

    number = forms.CharField(
        label="报告编号", max_length=40, error_messages={"required": "请输入报告编号。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def clean_number(self) -> str:
        number = typed_number(self.cleaned_data["number"])
        if not number:
            raise forms.ValidationError("报告编号是 14 位数字加 8 位数字和字母，印在报告首页和每页页脚。")
        return number


class FileForm(forms.Form):
    """The file as it was received."""

    file = forms.FileField(
        label="报告文件",
        error_messages={"required": "请选择一个文件。", "empty": "这个文件是空的。"},
        widget=forms.FileInput(attrs={"accept": ".pdf,.ofd,.json"}),
    )
    signature = forms.FileField(
        label="国密签名文件",
        required=False,
        error_messages={"empty": "签名文件是空的。"},
        widget=forms.FileInput(attrs={"accept": ".sig"}),
    )


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify_reports(request: HttpRequest) -> HttpResponse:
    """Two ways to ask. The file is read and kept nowhere."""
    now = timezone.now()
    today = day_of(now)
    policy = policy_in_force(on=today)
    if request.method == "POST":
        return _uploaded(request, policy)
    given = without_nul(request.GET)
    form = NumberForm(given if "number" in given else None)
    if form.is_bound and form.is_valid():
        return redirect("counter:verify_report", number=form.cleaned_data["number"])
    return _page(request, policy, form=form)


def _uploaded(request: HttpRequest, policy: Policy) -> HttpResponse:
    now = timezone.now()
    today = day_of(now)
    limits = {
        key: policy.parameter(f"reports.{key}", on=today).value for key in ("uploads_a_day", "upload_mib")
    }
    if is_beyond(request, "verify", most=limits["uploads_a_day"], now=now):
        many = Refusal("BG9", "今天从这里上传的文件太多。", advice="请用报告编号核验，或者明天再来。")
        return another_day(_page(request, policy, refused=told(many), status=429), now=now)
    try:
        return received(
            request, most=(limits["upload_mib"] or 0) * MIB, answer=lambda: _checked(request, policy)
        )
    except Refusal as refusal:
        return _page(request, policy, refused=told(refusal), status=status_of(refusal))


def _checked(request: HttpRequest, policy: Policy) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, policy, file_form=form)
    content = whole_file(request, form.cleaned_data["file"]).read_bytes()
    beside = form.cleaned_data["signature"]
    signature = whole_file(request, beside).read_bytes() if beside else b""
    seen = verify_file(content, policy=policy, today=day_of(timezone.now()), signature=signature)
    if seen.answer is None:
        outcome = {
            "tone": "decide",
            "word": "核验未通过",
            "says": f"{seen.cause}请不要采用这个文件，请向持有人索取原来的文件，或者凭编号核验。",
        }
    else:
        found = "" if seen.sm2 is Sm2.NONE else seen.sm2.label
        stamp = seen.stamp.label if seen.stamp else ""
        outcome = _told(seen.answer) | {"signed": True, "sm2": found, "stamp": stamp}
    return _page(request, policy, outcome=outcome)


@require_safe
def verify_report(request: HttpRequest, number: str) -> HttpResponse:
    """Where the code on the paper leads."""
    policy = policy_in_force(on=day_of(timezone.now()))
    answer = verify_number(number, policy=policy, today=day_of(timezone.now()))
    status = 404 if answer.state is State.UNKNOWN else 200
    return _page(request, policy, outcome=_told(answer) | {"number": number[:40]}, status=status)


def _told(answer: Answer) -> dict[str, Any]:
    """The enterprise is named while the report holds, and never a natural person who trades (legal guard G1)."""
    tone, word, says = _SAYS[answer.state]
    shown: dict[str, Any] = {"tone": tone, "word": word, "says": says}
    made, review = answer.report, answer.review
    if answer.number:
        shown["number"] = answer.number
    if review is not None and answer.state is State.CURRENT:
        shown |= {"at": review.at, "check": shortened(review.digest)}
    if made is not None and answer.state is State.CURRENT:
        shown |= {"at": made.issued_at, "check": shortened(made.digest)}
        if made.subject.kind != SubjectKind.SOLE_TRADER:
            shown |= {"name": made.subject.name, "code": made.subject.code or ""}
    return shown


def _page(
    request: HttpRequest,
    policy: Policy,
    *,
    outcome: dict[str, Any] | None = None,
    form: NumberForm | None = None,
    file_form: FileForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    most = policy.parameter("reports.upload_mib", on=day_of(timezone.now()))
    context = {
        "outcome": outcome,
        "form": form or NumberForm(),
        "file_form": file_form or FileForm(),
        "refused": refused,
        "most": most.value,
        "here_url": reverse("counter:verify_reports"),
        "search_url": reverse("portal:search"),
        "certificates_url": reverse("counter:report_certificates"),
        "noindex": True,
    }
    return kept_nowhere(render(request, "counter/verify.html", context, status=status))


@require_safe
def report_certificates(request: HttpRequest) -> HttpResponse:
    """The public certificates of every key that ever signed, as PEM, for who verifies elsewhere."""
    found = [x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in certificates()]
    response = HttpResponse(b"".join(found), content_type="application/x-pem-file")
    response.headers["Content-Disposition"] = 'attachment; filename="xinheng-certificates.pem"'
    response.headers["Cache-Control"] = "no-cache"
    return response
