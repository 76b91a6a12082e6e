"""Which key signs letters now, and which certificates verify those that went out (《电子签名法》第十三条).

The first letter makes a trial key, marked as such on every letter; a key that the city was issued takes its place.
Putting a key out of use destroys its private half and keeps its certificate.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from xinheng.core.refusal import Refusal
from xinheng.documents.signing import Signer, adopted, new_signer
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.sealing import open_secret, seal_secret
from xinheng.store.signing_keys import SigningKey


def signer_in_use(*, organ: str, now: datetime) -> tuple[SigningKey, Signer]:
    """The issued key where there is one, else the trial key, which is made when first needed."""
    row = _in_use() or _make(organ=organ, now=now)
    assert row.sealed is not None
    private = open_secret(bytes(row.sealed), purpose=_purpose(row.id_digest))
    return row, Signer(
        id=row.id_digest,
        private=private,
        certificate=bytes(row.certificate),
        development=row.development,
    )


def certificates() -> list[bytes]:
    """Of every key that ever signed, in use or not."""
    return [bytes(one) for one in SigningKey.objects.order_by("pk").values_list("certificate", flat=True)]


@transaction.atomic
def renew_trial_key(*, organ: str, now: datetime, actor: User | None = None) -> SigningKey:
    """Put the trial key out of use and make another; letters signed with the former one still verify."""
    for row in SigningKey.objects.select_for_update().filter(development=True, retired_at__isnull=True):
        _retire(row, now=now, actor=actor)
    return _keep(new_signer(organ=organ, now=now), now=now, actor=actor)


@transaction.atomic
def adopt_key(private: bytes, certificate: bytes, *, now: datetime, actor: User | None = None) -> SigningKey:
    """Sign with a key that the city was issued, both DER; every other one is put out of use. Refusal SK1 for a known one."""
    signer = adopted(private, certificate)
    if SigningKey.objects.filter(id_digest=signer.id).exists():
        raise Refusal("SK1", "这把签名密钥已经登记过。", advice="停用的密钥不能再用，请申请新的密钥。")
    for row in SigningKey.objects.select_for_update().filter(retired_at__isnull=True):
        _retire(row, now=now, actor=actor)
    return _keep(signer, now=now, actor=actor)


def _in_use() -> SigningKey | None:
    return SigningKey.objects.filter(retired_at__isnull=True).order_by("development", "pk").first()


def _make(*, organ: str, now: datetime) -> SigningKey:
    """Two processes that come first at once agree on one key."""
    try:
        with transaction.atomic():
            return _keep(new_signer(organ=organ, now=now), now=now, actor=None)
    except IntegrityError:
        found = _in_use()
        if found is None:
            raise
        return found


def _keep(signer: Signer, *, now: datetime, actor: User | None) -> SigningKey:
    row = SigningKey.objects.create(
        id_digest=signer.id,
        certificate=signer.certificate,
        sealed=seal_secret(signer.private, purpose=_purpose(signer.id)),
        development=signer.development,
        made_at=now,
    )
    note("signing_key.made", now=now, actor=actor, object=f"signing_key:{signer.id[7:23]}")
    return row


def _retire(row: SigningKey, *, now: datetime, actor: User | None) -> None:
    row.sealed, row.retired_at = None, now
    row.save(update_fields=["sealed", "retired_at"])
    note("signing_key.retired", now=now, actor=actor, object=f"signing_key:{row.id_digest[7:23]}")


def _purpose(key: str) -> str:
    return f"signing-key:{key}"
