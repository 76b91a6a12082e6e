"""Which key signs letters now, and which certificates verify those that went out (《电子签名法》第十三条).

The first letter makes a trial key, marked as such on every letter; a key that the city was issued takes its place.
Beside a trial key of P-256 stands one of SM2, where the machine knows SM2; beside an issued one only an issued one.
Putting a key out of use destroys its private half and keeps its certificate. Of a key in a security module the row keeps
the labels under which it lies there.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from xinheng.core.refusal import Refusal
from xinheng.documents import sm2
from xinheng.documents.hsm import HeldKey, held_key
from xinheng.documents.signing import Signer, adopted, held, new_signer, new_sm2_signer, short_id
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.sealing import open_secret, seal_secret
from xinheng.store.signing_keys import Curve, SigningKey

_NEW: dict[Curve, Callable[..., Signer]] = {Curve.P256: new_signer, Curve.SM2: new_sm2_signer}


def signer_in_use(*, organ: str, now: datetime) -> tuple[SigningKey, Signer]:
    """The issued key where there is one, else the trial key, which is made when first needed."""
    row = _in_use(Curve.P256) or _make(Curve.P256, organ=organ, now=now)
    return row, replace(_opened(row), beside=_beside(row, organ=organ, now=now))


def _beside(row: SigningKey, *, organ: str, now: datetime) -> Signer | None:
    if not sm2.is_there():
        return None
    found = _in_use(Curve.SM2)
    if found is None and row.development:
        found = _make(Curve.SM2, organ=organ, now=now)
    if found is None or (found.development and not row.development):
        return None
    return _opened(found)


def _opened(row: SigningKey) -> Signer:
    assert row.sealed is not None
    private = open_secret(bytes(row.sealed), purpose=_purpose(row.id_digest))
    return Signer(
        id=row.id_digest,
        private=private,
        certificate=bytes(row.certificate),
        development=row.development,
        module=settings.HSM,
        authority=settings.TSA,
    )


def authorities() -> tuple[bytes, ...]:
    """Certificates of those whose time stamps count here."""
    return settings.TSA.certificates if settings.TSA else ()


def where_held(row: SigningKey) -> tuple[HeldKey, Refusal | None] | None:
    """Of a key in use in the security module: where it lies, and why it does not sign now; None for any other."""
    signer = _opened(row) if row.sealed is not None else None
    key = held_key(signer.private) if signer else None
    if signer is None or key is None:
        return None
    try:
        held(key, signer.certificate, module=signer.module)
    except Refusal as refused:
        return key, refused
    return key, None


def certificates() -> list[bytes]:
    """Of every key that ever signed, in use or not."""
    return [bytes(one) for one in SigningKey.objects.order_by("pk").values_list("certificate", flat=True)]


@transaction.atomic
def renew_trial_keys(*, organ: str, now: datetime, actor: User | None = None) -> list[SigningKey]:
    """Put the trial keys out of use and make others; letters signed with the former ones still verify."""
    for row in SigningKey.objects.select_for_update().filter(development=True, retired_at__isnull=True):
        _retire(row, now=now, actor=actor)
    curves = [Curve.P256, Curve.SM2] if sm2.is_there() else [Curve.P256]
    return [_keep(_NEW[one](organ=organ, now=now), one, now=now, actor=actor) for one in curves]


@transaction.atomic
def adopt_key(private: bytes, certificate: bytes, *, now: datetime, actor: User | None = None) -> SigningKey:
    """Sign with a key that the city was issued, both DER; every other one of its curve is put out of use. Refusal SK1 for a
    known one."""
    return _adopt(adopted(private, certificate), now=now, actor=actor)


@transaction.atomic
def adopt_held_key(
    key: HeldKey, certificate: bytes, *, now: datetime, actor: User | None = None
) -> SigningKey:
    """The same with a P-256 key that stays in the security module; it has to sign once. Refusals SK1, SG1 to SG3, SG6 to SG11."""
    return _adopt(held(key, certificate, module=settings.HSM), now=now, actor=actor)


def _adopt(signer: Signer, *, now: datetime, actor: User | None) -> SigningKey:
    if SigningKey.objects.filter(id_digest=signer.id).exists():
        raise Refusal("SK1", "这把签名密钥已经登记过。", advice="停用的密钥不能再用，请申请新的密钥。")
    curve = Curve.SM2 if signer.is_sm2 else Curve.P256
    for row in SigningKey.objects.select_for_update().filter(retired_at__isnull=True, curve=curve):
        _retire(row, now=now, actor=actor)
    return _keep(signer, curve, now=now, actor=actor)


def _in_use(curve: Curve) -> SigningKey | None:
    living = SigningKey.objects.filter(retired_at__isnull=True, curve=curve)
    return living.order_by("development", "pk").first()


def _make(curve: Curve, *, organ: str, now: datetime) -> SigningKey:
    """Two processes that come first at once agree on one key."""
    try:
        with transaction.atomic():
            return _keep(_NEW[curve](organ=organ, now=now), curve, now=now, actor=None)
    except IntegrityError:
        found = _in_use(curve)
        if found is None:
            raise
        return found


def _keep(signer: Signer, curve: Curve, *, now: datetime, actor: User | None) -> SigningKey:
    row = SigningKey.objects.create(
        id_digest=signer.id,
        curve=curve,
        certificate=signer.certificate,
        sealed=seal_secret(signer.private, purpose=_purpose(signer.id)),
        development=signer.development,
        made_at=now,
    )
    note("signing_key.made", now=now, actor=actor, object=f"signing_key:{short_id(row.id_digest)}")
    return row


def _retire(row: SigningKey, *, now: datetime, actor: User | None) -> None:
    row.sealed, row.retired_at = None, now
    row.save(update_fields=["sealed", "retired_at"])
    note("signing_key.retired", now=now, actor=actor, object=f"signing_key:{short_id(row.id_digest)}")


def _purpose(key: str) -> str:
    return f"signing-key:{key}"
