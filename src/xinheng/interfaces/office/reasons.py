"""Why a delivered file was not read in, and the ways on from there.

An unreadable, unknown or wrongly chosen file is never left without reason, advice and a next step (look.md: an empty
state says why).
"""

from typing import Any

from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.wording import problem_words
from xinheng.interfaces.web.parts import Notice
from xinheng.services.batches import needs_no_reading
from xinheng.store.batches import Batch, BatchState

NOT_READ = frozenset({BatchState.UNMAPPED, BatchState.UNREADABLE})
UNNEEDED = "无需读取"
_FILE_PROBLEMS = ("E18", "E19")


def why(call: Call, batch: Batch) -> Notice | None:
    """Reason and advice for a file that was not read in; None for any other."""
    if batch.state not in NOT_READ:
        return None
    report = batch.report
    if needs_no_reading(batch):
        return Notice("info", UNNEEDED, f"{report.get('message', '')}{report.get('advice', '')}")
    code = next((code for code in _FILE_PROBLEMS if code in report.get("problems", {})), "")
    title = f"{code} {problem_words(code, call.policy)['label']}" if code else "没有读入"
    return Notice("decide", title, f"{report.get('message', '')}{report.get('advice', '')}")


def why_short(batch: Batch) -> str:
    """The reason in a line of a list; empty for a file that was read."""
    return str(batch.report.get("message", "")) if batch.state in NOT_READ else ""


def ways_on(call: Call, batch: Batch) -> list[dict[str, Any]]:
    """What this person may do with such a file, as label, url and whether it is a form; the first is the best."""
    target, part = call.of(batch.organisation_id), {"batch": batch.public_id}
    ways: list[dict[str, Any]] = []
    if needs_no_reading(batch):
        return ways
    if batch.state == BatchState.UNMAPPED and call.may(Verb.DRAFT_POLICY, target):
        ways.append({"label": "指明各列", "url": reverse("office:map_feed", kwargs=part), "post": False})
    if batch.state == BatchState.UNMAPPED and call.may(Verb.IMPORT_FILE, target):
        ways.append({"label": "重新识别", "url": reverse("office:read_again", kwargs=part), "post": True})
    if batch.state in NOT_READ and call.may_somewhere(Verb.IMPORT_FILE):
        ways.append({"label": "上传另一个文件", "url": reverse("office:upload"), "post": False})
    return ways
