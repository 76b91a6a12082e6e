"""What the desk says of cases: one line a case that waits for a step, and reminders of what is due or overdue."""

from django.db.models import QuerySet
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office import incentive_reviews
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.cases_known import kind_of
from xinheng.interfaces.office.cases_shown import title_of_state
from xinheng.interfaces.web.parts import Notice
from xinheng.services.case_deadlines import reminders_of
from xinheng.services.case_grounds import halted
from xinheng.services.desk import Task
from xinheng.services.superiors import to_be_told
from xinheng.store.case_moves import FlowMigration, ReminderLevel
from xinheng.store.flags import SuperiorLetter

_TOLD = (
    (ReminderLevel.ESCALATED, Verb.DRAFT_POLICY, "decide", "件事项逾期已久，报信用办督办"),
    (ReminderLevel.OVERDUE, Verb.DECIDE_CASE, "decide", "件事项逾期，报单位负责人"),
    (ReminderLevel.SOON, Verb.DRAFT_CASE, "clock", "件事项即将到期"),
)
"""Who is told: the officers before the last day, the decider after it, the credit office when it is long over."""


def reminders(call: Call) -> list[Notice]:
    """One notice a level, with the list behind it."""
    found = []
    for level, verb, tone, words in _TOLD:
        reached = call.reach(verb)
        if reached and (number := reminders_of(reached, level).count()):
            due = "3" if level is ReminderLevel.SOON else "late"
            url = f"{reverse('office:cases')}?due={due}"
            found.append(Notice(tone, f"{number} {words}", url=url, action="查看"))
    if moves := _migrations(call):
        url = reverse("office:flow_versions")
        found.append(Notice("decide", f"{moves} 份流程迁移清单待另一人办理", url=url, action="查看"))
    letters = _letters(call)
    if first := letters.first():
        url = reverse("office:superior_letters", kwargs={"subject": first.flag.subject.public_id})
        words = f"{letters.count()} 份给上级单位、审计机关的通报待签发"
        found.append(Notice("decide", words, url=url, action="查看"))
    void = to_be_told(call.reach(Verb.FLAG_SUBJECT))
    if first := void.first():
        url = reverse("office:superior_letters", kwargs={"subject": first.flag.subject.public_id})
        words = f"{void.count()} 份通报的决定已经终止，须告知收文单位作废"
        found.append(Notice("decide", words, url=url, action="查看"))
    return [*found, *incentive_reviews.notices(call)]


def _letters(call: Call) -> QuerySet[SuperiorLetter]:
    """Letters to superior units that another person wrote and this one may release, the oldest first."""
    waiting = SuperiorLetter.objects.filter(
        written_by__organisation__in=call.reach(Verb.DECIDE_CASE),
        released_at__isnull=True,
        withdrawn_at__isnull=True,
    )
    return waiting.exclude(written_by=call.user).select_related("flag__subject").order_by("pk")


def _migrations(call: Call) -> int:
    """Lists of running cases that another person wrote and this one may carry out."""
    if not call.may_somewhere(Verb.PUBLISH_POLICY):
        return 0
    return FlowMigration.objects.filter(done_at__isnull=True).exclude(proposed_by=call.user).count()


def waiting(call: Call, task: Task) -> tuple[str, str, str, str, str]:
    """Kind, title, address, state and tone of a case on the desk."""
    assert task.case is not None
    state, tone = title_of_state(task.case)
    if halted(task.case, policy=call.policy):
        state, tone = "依据已改变，待撤销草稿", "decide"
    url = reverse("office:case", kwargs={"number": task.case.number})
    return kind_of(task.case).title, task.case.title, url, state, tone
