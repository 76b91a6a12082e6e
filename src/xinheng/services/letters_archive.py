"""Packs the letters of a case for the archive, and says of a paper or package that somebody brings whether it is genuine
(归档与核验; legal guard G17).
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from xinheng.core.canonical import digest
from xinheng.documents.archive import package, verify_package
from xinheng.documents.signing import key_id, short_id, verify_letter
from xinheng.documents.time_stamps import Stamp
from xinheng.services.cases import state_title
from xinheng.services.ledger import note
from xinheng.services.letters import paper_of, twin_file_of
from xinheng.services.signing_keys import authorities, certificates, signer_in_use
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.files import read_file
from xinheng.store.letters import IssuedLetter, ServiceTry


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of a file. ``numbers``: letters it holds; ``causes``: what is wrong, empty where it is genuine;
    ``stamp``: the time stamp of a letter."""

    genuine: bool
    numbers: tuple[str, ...]
    causes: tuple[str, ...]
    stamp: Stamp | None = None


@transaction.atomic
def archive_case(public_id: str, *, organ: str, actor: User, now: datetime) -> bytes:
    """The archive package of a case: every letter with its twin, the proofs of service, the history."""
    case = Case.objects.select_related("subject").get(public_id=public_id)
    files: dict[str, bytes] = {"history.txt": _history(case).encode()}
    letters = IssuedLetter.objects.filter(case=case).select_related("paper", "twin").order_by("pk")
    for place, letter in enumerate(letters, start=1):
        stem = f"letters/{place:03d}"
        files[f"{stem}.pdf"], files[f"{stem}.json"] = paper_of(letter), twin_file_of(letter)
        for row in letter.tries.select_related("file").order_by("sequence"):
            files[f"proofs/{place:03d}-{row.sequence:02d}.txt"] = _proof(letter, row).encode()
            if row.file is not None:
                files[f"proofs/{place:03d}-{row.sequence:02d}-{row.file.name}"] = b"".join(
                    read_file(row.file)
                )
    for certificate in certificates():
        files[f"certificates/{short_id(key_id(certificate))}.cer"] = certificate
    _, signer = signer_in_use(organ=organ, now=now)
    about: dict[str, Any] = {
        "case": case.number,
        "state": state_title(case),
        "closed": case.closed_at is not None,
        "packed_at": now.isoformat(),
    }
    note("case.archived", now=now, actor=actor, object=f"case:{case.number}", payload=about)
    return package(files, about=about, signer=signer)


def verify_file(content: bytes) -> Verified:
    """A signed letter (PDF) or an archive package. Refusal AR1 for anything else."""
    trusted = certificates()
    if content.startswith(b"%PDF-"):
        seen = verify_letter(content, trusted, authorities())
        known = IssuedLetter.objects.filter(key__id_digest=seen.signer, digest=digest(content)).first()
        numbers = (known.number,) if known else ()
        return Verified(seen.genuine, numbers, (seen.cause,) if seen.cause else (), seen.stamp)
    opened = verify_package(content, trusted)
    return Verified(
        opened.genuine, opened.numbers, tuple(f"{one.name}：{one.cause}" for one in opened.findings)
    )


def _history(case: Case) -> str:
    lines = [f"{case.number} {case.title}"]
    for event in case.events.select_related("actor").order_by("sequence"):
        ground = f" 依据 {event.ground}" if event.ground else ""
        lines.append(
            f"{event.sequence}. {event.at:%Y-%m-%d %H:%M %z} {event.verb} "
            f"{event.from_state}→{event.to_state} {event.who}{ground} {event.reason}".rstrip()
        )
    return "\n".join(lines) + "\n"


def _proof(letter: IssuedLetter, row: ServiceTry) -> str:
    told = {
        "letter": letter.number,
        "way": row.way,
        "outcome": row.outcome,
        "on": row.on.isoformat(),
        "served_on": row.served_on.isoformat() if row.served_on else "",
        "proof": row.proof,
        "reason": row.reason,
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
