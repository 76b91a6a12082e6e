"""Signs with a P-256 key that never leaves a hardware security module (密码机), over PKCS#11 (《电子签名法》第十三条).

A signer of such a key holds a reference to it (RFC 7512) where another holds the private key. Each signature opens a
session of its own, one after the other within a process, so that a module that was restarted is found again. Whoever waits
for his turn longer than PATIENCE is refused, so that a module that hangs stops one thread and not all. A PIN that the module
refused is not tried a second time: modules lock themselves after a few.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from xinheng.core.os_errors import os_cause
from xinheng.core.refusal import Refusal

_SCHEME = b"pkcs11:"
_ONE_AT_A_TIME = Lock()
PATIENCE = 20.0
"""Seconds for which a signature waits for those before it; one takes a fraction of a second."""
_UNREACHED = "请系统管理员核对 XINHENG_PKCS11_MODULE 指向的厂商程序库和密码机的连接；其间不签发文书。"
_LATER = "请稍后再试；一直如此的，请系统管理员检查密码机，恢复后重新启动服务。"
_wrong_pins: set[tuple[str, str, bytes]] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """How this machine reaches its security module: the library of the maker, and the PIN, by itself or in a file."""

    library: str
    pin: str = field(default="", repr=False)
    pin_file: Path | None = None


class HeldKey(NamedTuple):
    """The labels of a token and of a key on it."""

    token: str
    label: str

    def reference(self) -> bytes:
        """What stands in the place of the private key; holds no secret."""
        return _SCHEME + f"token={quote(self.token, safe='')};object={quote(self.label, safe='')}".encode()


def held_key(private: bytes) -> HeldKey | None:
    """The key that a reference names; None for a private key."""
    if not private.startswith(_SCHEME):
        return None
    told = dict(part.partition("=")[::2] for part in private[len(_SCHEME) :].decode().split(";"))
    return HeldKey(unquote(told["token"]), unquote(told["object"]))


def sign(content: bytes, key: HeldKey, module: Module | None) -> bytes:
    """ECDSA over SHA-256, DER. Refusals SG6 no module configured, SG7 it does not work or does not answer, SG8 no such
    token, SG9 the PIN is wrong or locked, SG10 no such key, SG11 no PIN."""
    if module is None or not module.library:
        raise Refusal(
            "SG6",
            f"签名密钥在密码机里（令牌“{key.token}”），但本机没有配置密码机。",
            advice="请系统管理员设置 XINHENG_PKCS11_MODULE 和 PIN 后重新启动；在此之前不能签发文书。",
        )
    pin = _pin_of(module)
    tried = (module.library, key.token, sha256(pin.encode()).digest())
    if not _ONE_AT_A_TIME.acquire(timeout=PATIENCE):
        raise _unusable("正忙，或者没有应答", advice=_LATER)
    try:
        if tried in _wrong_pins:
            raise _wrong_pin(key)
        return _asked(content, key, module.library, pin, tried)
    finally:
        _ONE_AT_A_TIME.release()


def _asked(content: bytes, key: HeldKey, library: str, pin: str, tried: tuple[str, str, bytes]) -> bytes:
    """Once more after the library was started anew: it may have been started before the token or the module was there."""
    try:
        import pkcs11
        from pkcs11 import exceptions
    except ImportError as error:
        raise _unusable("没有安装 python-pkcs11") from error
    for anew in (False, True):
        try:
            loaded = pkcs11.lib(library)
            if anew:
                loaded.reinitialize()
            return _signature(content, loaded, key, pin)
        except (
            exceptions.PinIncorrect,
            exceptions.PinInvalid,
            exceptions.PinLenRange,
            exceptions.PinLocked,
            exceptions.PinExpired,
        ) as error:
            _wrong_pins.add(tried)
            raise _wrong_pin(key) from error
        except exceptions.PKCS11Error as error:
            failed = error
    raise _no_token(key, failed) from failed


def _signature(content: bytes, loaded: Any, key: HeldKey, pin: str) -> bytes:
    from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
    from pkcs11.util.ec import encode_ecdsa_signature

    wanted = {
        Attribute.CLASS: ObjectClass.PRIVATE_KEY,
        Attribute.KEY_TYPE: KeyType.EC,
        Attribute.LABEL: key.label,
    }
    with loaded.get_token(token_label=key.token).open(user_pin=pin) as session:
        found = list(session.get_objects(wanted))
        if len(found) != 1:
            raise _no_key(key)
        made = found[0].sign(sha256(content).digest(), mechanism=Mechanism.ECDSA)
    return bytes(encode_ecdsa_signature(made))


def _pin_of(module: Module) -> str:
    if module.pin_file is None:
        pin = module.pin
    else:
        try:
            pin = module.pin_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            cause = os_cause(error) if isinstance(error, OSError) else "不是文本"
            raise _no_pin(f"不能读取密码机的 PIN 文件（{cause}）。") from error
    if not pin:
        raise _no_pin("没有提供密码机的 PIN。")
    return pin


def _no_pin(sentence: str) -> Refusal:
    return Refusal(
        "SG11",
        sentence,
        advice="请系统管理员核对 XINHENG_PKCS11_PIN_FILE；文件只含 PIN 一行，只有服务账号可以读取。",
    )


def _wrong_pin(key: HeldKey) -> Refusal:
    return Refusal(
        "SG9",
        f"密码机令牌“{key.token}”不接受配置的 PIN，未再重试。",
        advice="请系统管理员核对 PIN（连续出错会锁住令牌），更正后重新启动服务。",
    )


def _no_key(key: HeldKey) -> Refusal:
    return Refusal(
        "SG10",
        f"密码机令牌“{key.token}”里没有标签为“{key.label}”的 P-256 私钥，或者不止一个。",
        advice="请系统管理员核对密钥标签，或者登记另一把密钥。",
    )


def _no_token(key: HeldKey, error: Exception) -> Refusal:
    from pkcs11.exceptions import MultipleTokensReturned, NoSuchToken, TokenNotPresent

    if not isinstance(error, (NoSuchToken, MultipleTokensReturned, TokenNotPresent)):
        return _unusable(type(error).__name__)
    return Refusal(
        "SG8",
        f"密码机里没有名为“{key.token}”的令牌，或者不止一个。",
        advice="请系统管理员核对令牌名称，确认密码机已经接通。",
    )


def _unusable(cause: str, *, advice: str = _UNREACHED) -> Refusal:
    return Refusal("SG7", f"密码机不能使用（{cause}）。", advice=advice)
