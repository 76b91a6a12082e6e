"""A refusal in the words of a page: what the rule says, where it stands, what to do; one way for every room with forms."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from django import forms

from xinheng.core.refusal import Refusal


def told(refusal: Refusal) -> str:
    """A refusal as one line above a form, with what else was refused of the same request."""
    return "".join(_sentence(one) for one in refusal.every)


def _sentence(refusal: Refusal) -> str:
    basis = f"依据：{refusal.citation}" if refusal.citation else ""
    return "".join(f"{part.rstrip('。')}。" for part in (refusal.message, basis, refusal.advice) if part)


Beside = Mapping[str, str]
"""Codes of refusals, each with the field it speaks of."""
NOWHERE: Beside = MappingProxyType({})


def say_on(form: forms.Form, refusal: Refusal, beside: Beside = NOWHERE) -> None:
    """Write each part of a refusal beside the field it speaks of, or above the form where it speaks of none that is shown."""
    for one in refusal.every:
        name = beside.get(one.code)
        form.add_error(name if name in form.fields else None, _sentence(one))


@contextmanager
def refusals_on(form: forms.Form, beside: Beside = NOWHERE) -> Iterator[None]:
    """A Refusal raised inside is written on the form, and the view goes on to show it."""
    try:
        yield
    except Refusal as refusal:
        say_on(form, refusal, beside)
