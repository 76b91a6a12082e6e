"""Identifiers that may be shown outside: random, so that nobody can count or guess."""

import base64
import secrets


def new_public_id() -> str:
    """16 characters of lower-case base32 (80 random bits)."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def new_public_ids(count: int) -> list[str]:
    """As many at once: ten bytes are sixteen signs exactly, so that one run of them is cut."""
    signs = base64.b32encode(secrets.token_bytes(10 * count)).decode().lower()
    return [signs[at : at + 16] for at in range(0, 16 * count, 16)]
