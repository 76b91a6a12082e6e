"""Identifiers that may be shown outside: random, so that nobody can count or guess."""

import base64
import secrets


def new_public_id() -> str:
    """16 characters of lower-case base32 (80 random bits)."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()
