"""Seals short secrets with the installation's own key before they enter a row."""

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12


def seal_secret(clear: bytes, *, purpose: str) -> bytes:
    """AES-256-GCM; opened only with the same ``purpose``."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(settings.KEYS.file_key).encrypt(nonce, clear, purpose.encode())


def open_secret(sealed: bytes, *, purpose: str) -> bytes:
    """Raises cryptography.exceptions.InvalidTag for a changed value or another purpose."""
    return AESGCM(settings.KEYS.file_key).decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())
