"""Makes credit reports and gives them out: to the enterprise itself, at the window, and the basic one to anybody.

A report is free, numbered, kept and told to its subject (《征信业管理条例》第十七条 on free copies, a floor here;
《河南省社会信用条例》第四十条 on the history of queries). Paper and twin are made of the kept content, and only as long
as it still holds: what has ended since is not told again (legal guards G1, G9, G16).
"""

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xinheng.core.canonical import canonical, digest_of
from xinheng.core.mandates import Proof
from xinheng.core.models import SubjectKind
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.report_rules import BASIC, SPECIAL
from xinheng.core.reports import LENGTH, SIGNS, Head, facts_digest, number_of, twin_of
from xinheng.core.roles import Verb
from xinheng.core.special_reports import Scope, check_scope
from xinheng.documents.report_bundle import bundle
from xinheng.documents.reports import ofd_report, set_report, sign_report
from xinheng.documents.signing import sign_value
from xinheng.services.enterprises import Party
from xinheng.services.ledger import note
from xinheng.services.merged_files import one_with
from xinheng.services.reports_content import gather
from xinheng.services.reports_verifying import State, state_of
from xinheng.services.signing_keys import certificates, signer_in_use
from xinheng.services.subjects import subject_of_code
from xinheng.services.time import SHANGHAI, day_of
from xinheng.store.accounts import User
from xinheng.store.files import put_content, read_file
from xinheng.store.reports import MadeReport, Requester
from xinheng.store.subjects import Subject


@dataclass(frozen=True, slots=True)
class Order:
    """Which kind of report, and the key of the purpose it is asked for. ``scope``: of the special report alone."""

    kind: str
    purpose: str
    scope: Scope | None = None


@transaction.atomic
def make_own(party: Party, subject: Subject, order: Order, *, policy: Policy, now: datetime) -> MadeReport:
    """For the enterprise, by somebody with a living mandate. Refusals BG1, BG4, BG10, BG11."""
    party.demand(Verb.READ_OWN_FILE, subject, on=day_of(now))
    made = _make(subject, order, Requester.OWN, policy=policy, now=now, account=party.account)
    _note(made, policy, now=now)
    return made


@transaction.atomic
def make_at_window(
    code: str, order: Order, *, proof: Proof, clerk: User, policy: Policy, now: datetime
) -> MadeReport:
    """For the enterprise whose licence the window has seen. Refusals BG1, BG4, BG5, BG10, BG11."""
    subject = reported(code)
    made = _make(subject, order, Requester.WINDOW, policy=policy, now=now, clerk=clerk, proof=proof.value)
    _note(made, policy, now=now, clerk=clerk)
    return made


def reported(code: str) -> Subject:
    """The subject of this code. Refusal BG5 where nobody has it."""
    subject = subject_of_code(code)
    if subject is None:
        raise Refusal("BG5", "没有这个统一社会信用代码的主体。", advice="请核对营业执照上的 18 位代码。")
    return subject


@transaction.atomic
def make_public(subject: Subject, purpose: str, *, policy: Policy, now: datetime) -> MadeReport:
    """The basic report for anybody; the same one again on the same day as long as nothing has changed. Refusals BG1, BG2."""
    refuse_public(subject, policy=policy)
    today, order = day_of(now), Order(BASIC, purpose)
    earlier = MadeReport.objects.filter(
        subject=subject, requester=Requester.PUBLIC, as_of=today, purpose=purpose
    ).order_by("-pk")
    made = earlier.select_related("subject", "content").first()
    if made is None or state_of(made, policy=policy, today=today) is not State.CURRENT:
        made = _make(subject, order, Requester.PUBLIC, policy=policy, now=now)
    _note(made, policy, now=now)
    return made


def refuse_public(subject: Subject, *, policy: Policy) -> None:
    """Refusal BG2 where nobody but the subject gets a report."""
    rule = policy.reports.kinds[BASIC]
    person = subject.kind == SubjectKind.SOLE_TRADER
    if not rule.to_anyone or (person and not rule.sole_traders_to_anyone):
        raise Refusal(
            "BG2",
            "个体工商户的信用报告只出具给本人。",
            advice="请经营者登录企业空间获取，或者到窗口办理；依法公示的信息可以在公示页面查看。",
        )


def _make(
    subject: Subject,
    order: Order,
    requester: Requester,
    *,
    policy: Policy,
    now: datetime,
    account: Any = None,
    clerk: User | None = None,
    proof: str = "",
) -> MadeReport:
    rules, today = policy.reports, day_of(now)
    known = order.kind == SPECIAL if order.scope else order.kind in rules.kinds
    if not known or order.purpose not in rules.purposes:
        raise Refusal("BG1", "没有这种报告或者用途。", advice="请从列出的报告种类和用途中选择。")
    if order.scope is not None:
        check_scope(order.scope, policy=policy, on=today)
    if subject.merged_into_id is not None:
        raise Refusal("BG4", "这个主体已并入另一个主体。", advice="请为现在的主体获取报告。")
    moment = now.astimezone(SHANGHAI)
    head = Head(
        number=new_number(moment),
        issuer=policy.city.portal_name,
        issued_at=moment,
        purpose=rules.purposes[order.purpose].title,
        policy=policy.digest,
    )
    gathered = gather(subject, policy=policy, today=today)
    twin = twin_of(gathered.composed(order.kind, head=head, policy=policy, scope=order.scope))
    return MadeReport.objects.create(
        number=head.number,
        subject=subject,
        kind=order.kind,
        scope=order.scope.kept if order.scope else None,
        requester=requester,
        account=account,
        clerk=clerk,
        proof=proof,
        purpose=order.purpose,
        as_of=today,
        issued_at=now,
        digest=digest_of(twin),
        facts_digest=facts_digest(twin),
        policy_digest=policy.digest,
        content=put_content(
            canonical(twin),
            name=f"{head.number}.json",
            media_type="application/json",
            now=now,
            destroy_on=policy.kept_until("report", since=today, on=today),
        ),
    )


def _note(made: MadeReport, policy: Policy, *, now: datetime, clerk: User | None = None) -> None:
    note(
        f"report.{made.requester}",
        now=now,
        actor=clerk,
        subject=made.subject.public_id,
        object=f"report:{made.number}",
        reason=f"{policy.reports.title_of(made.kind)}，{policy.reports.purposes[made.purpose].title}",
        payload={"number": made.number, "digest": made.digest},
    )


def content_of(made: MadeReport, *, policy: Policy, now: datetime) -> dict[str, Any]:
    """What the report says, while it still holds. Refusals BG6 something has changed since, BG7 it is kept no more."""
    state = state_of(made, policy=policy, today=day_of(now))
    if state is State.ENDED:
        raise Refusal("BG7", "这份报告的保存期已过，内容已经销毁。", advice="请重新获取报告。")
    if state is not State.CURRENT:
        raise Refusal("BG6", "已有更新，请重新获取。", advice="出具以后信息有变化的报告不再提供。")
    twin: dict[str, Any] = json.loads(b"".join(read_file(made.content)))
    return twin


def paper_of(made: MadeReport, *, verify_url: str, with_twin: bool, policy: Policy, now: datetime) -> bytes:
    """The signed PDF. ``verify_url``: of the page that answers for this number; ``with_twin``: the signed data within."""
    twin = content_of(made, policy=policy, now=now)
    _, signer = signer_in_use(organ=policy.city.portal_name, now=now)
    data = sign_value(twin, signer) if with_twin else None
    pdf = set_report(twin, verify_url=verify_url, development=signer.development, signed_twin=data)
    return sign_report(pdf, twin, signer)


def ofd_of(made: MadeReport, *, verify_url: str, policy: Policy, now: datetime) -> bytes:
    """The same pages as signed OFD. Refusals OF1 and OF2 beside those of the content."""
    twin = content_of(made, policy=policy, now=now)
    _, signer = signer_in_use(organ=policy.city.portal_name, now=now)
    return ofd_report(set_report(twin, verify_url=verify_url, development=signer.development), twin, signer)


def twin_file_of(made: MadeReport, *, policy: Policy, now: datetime) -> bytes:
    """The data of the report with its signature, as JSON."""
    twin = content_of(made, policy=policy, now=now)
    _, signer = signer_in_use(organ=policy.city.portal_name, now=now)
    return json.dumps(sign_value(twin, signer), ensure_ascii=False, indent=1).encode()


def bundle_of(made: MadeReport, *, verify_url: str, policy: Policy, now: datetime) -> bytes:
    """Paper, OFD and data with a signature of SM2 beside each, as ZIP. Refusals SG4 and SG5 where there is no SM2 or no key."""
    twin = content_of(made, policy=policy, now=now)
    _, signer = signer_in_use(organ=policy.city.portal_name, now=now)
    pdf = set_report(twin, verify_url=verify_url, development=signer.development)
    data = json.dumps(sign_value(twin, signer), ensure_ascii=False, indent=1).encode()
    stem = f"信用报告{made.number}"
    files = {
        f"{stem}.pdf": sign_report(pdf, twin, signer),
        f"{stem}.ofd": ofd_report(pdf, twin, signer),
        f"{stem}.json": data,
    }
    return bundle(files, signer=signer, certificates=certificates())


def free_this_year(subject: Subject, *, today: date) -> int:
    """How many reports the subject has got on itself this year; all of them free."""
    own = MadeReport.objects.filter(subject__in=one_with(subject), as_of__year=today.year)
    return own.exclude(requester=Requester.PUBLIC).count()


def new_number(at: datetime) -> str:
    """A number that nobody guesses."""
    return number_of(at, drawn="".join(secrets.choice(SIGNS) for _ in range(LENGTH)))
