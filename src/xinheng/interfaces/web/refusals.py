"""A refusal in the words of a page: what the rule says, where it stands, what to do; one way for every room with forms."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms

from xinheng.core.refusal import Refusal


def told(refusal: Refusal) -> str:
    """A refusal as one line above a form."""
    basis = f"依据：{refusal.citation}" if refusal.citation else ""
    return "".join(f"{part.rstrip('。')}。" for part in (refusal.message, basis, refusal.advice) if part)


@contextmanager
def refusals_on(form: forms.Form) -> Iterator[None]:
    """A Refusal raised inside is written above the form, and the view goes on to show it."""
    try:
        yield
    except Refusal as refusal:
        form.add_error(None, told(refusal))
