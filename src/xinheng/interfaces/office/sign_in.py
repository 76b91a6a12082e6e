"""Signing in: accounts are given, not taken; failures lock the account; second-factor secrets are sealed.

A lock is a row per account name, so that every process and machine sees it (GB/T 22239-2019 第三级).
"""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from xinheng.interfaces.web.callers import address_of
from xinheng.services.accounts import lock_after_failure, locked_until, unlock_after_success


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No self-service accounts; five failures lock for a quarter of an hour."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The same address that everything else counts by."""
        return address_of(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        until = locked_until(credentials.get("username", ""), now=timezone.now())
        if until:
            at = timezone.localtime(until).strftime("%H:%M")
            raise ValidationError(f"该账号因多次输错密码已锁定，请在 {at} 之后再试，或联系安全管理员。")
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        lock_after_failure(credentials.get("username", ""), now=timezone.now())

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        unlock_after_success(user, now=timezone.now())
        return super().post_login(request, user, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of one-time passwords are encrypted with a key derived from the installation's own."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "验证码不对或已经过时。请输入应用现在显示的 6 位数字；一直不对的，请校准手机时间。",
    }

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    key = hashlib.blake2b(settings.KEYS.file_key, digest_size=32, person=b"second-factor").digest()
    return Fernet(base64.urlsafe_b64encode(key))


class AuthenticateForm(AllauthAuthenticateForm):  # type: ignore[misc]
    """The second factor. In a demonstration the page tells the current code, so that anybody can walk through."""

    @property
    def demo_code(self) -> str:
        """Empty outside a demonstration."""
        if not settings.DEMO:
            return ""
        held = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.TOTP).first()
        if held is None:
            return ""
        counters = list(yield_hotp_counters_from_time())
        secret = decrypt(held.data["secret"])
        code: str = format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))
        return code
