"""The record of a draw as office and public pages offer it."""

CHECKED_HERE = 200_000
"""A pool up to this size is drawn again for the page; for larger ones the reader's own computer does it."""


def record_name(public_id: str) -> str:
    """The name under which the record of a draw is saved."""
    return f"draw-{public_id}.json"
