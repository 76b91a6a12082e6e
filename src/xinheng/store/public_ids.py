"""Identifiers that may be shown outside: random, so that nobody can count or guess."""

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_public_id() -> str:
    """16 characters of base32 (80 random bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))
