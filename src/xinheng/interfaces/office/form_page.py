"""The page of one form, and a refusal that stands above the form it answers."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms

from xinheng.core.refusal import Refusal
from xinheng.interfaces.office.wording import told


@contextmanager
def refusals_on(form: forms.Form) -> Iterator[None]:
    """A Refusal raised inside is written above the form, and the view goes on to show it."""
    try:
        yield
    except Refusal as refusal:
        form.add_error(None, told(refusal))
