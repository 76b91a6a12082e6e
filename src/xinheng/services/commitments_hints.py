"""What an officer is told of an applicant before a commitment is taken; every look is in the ledger.

Read from the living records of the file alone, never from a grade, for sole traders as for all (legal guards G1, G16).
"""

from collections.abc import Iterator
from datetime import datetime

from xinheng.core.commitment_credit import Hint, Standing, hint_on
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, Seriousness
from xinheng.services.ledger import note
from xinheng.services.subjects import ended_keys, versions_of
from xinheng.store.accounts import User
from xinheng.store.commitments import Commitment
from xinheng.store.subjects import Subject

SHOWN = 20


def credit_hint(subject: Subject, *, actor: User, policy: Policy, now: datetime) -> Hint:
    """The hint, with its reasons; noted as a check of the subject for a commitment."""
    note(
        "subject.checked",
        now=now,
        actor=actor,
        subject=subject.public_id,
        reason="受理信用承诺前查看信用状况",
    )
    return hint_on(_standings(subject, policy=policy))


def _standings(subject: Subject, *, policy: Policy) -> Iterator[Standing]:
    over = ended_keys(subject)
    found = versions_of(subject, as_of=None, known_on=None).filter(seriousness__gt=0)
    lied = set(
        Commitment.objects.filter(subject=subject, outcome="false", record_key__isnull=False).values_list(
            "record_key", flat=True
        )
    )
    for record in found.select_related("batch").order_by("-seriousness", "-decided_on", "-pk")[:SHOWN]:
        if not record.alive or record.record_key in over or not record.provenance.may_burden:
            continue
        finality = Finality(record.finality)
        words = policy.catalogue.item(record.item).title
        yield Standing(
            title=f"{words}（{finality.label}）" if finality else words,
            on=record.decided_on,
            seriousness=Seriousness(record.seriousness),
            false_promise=record.record_key in lied,
        )
