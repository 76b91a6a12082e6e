"""A refusal is written one way on every page, with where it stands and what to do."""

from pathlib import Path

import pytest
from django.contrib.messages import ERROR, INFO
from django.contrib.messages.storage.base import Message
from django.forms import Form
from django.template.loader import render_to_string

import xinheng.interfaces
from xinheng.core.refusal import Refusal
from xinheng.interfaces.web.refusals import refusals_on, told

ROOMS = Path(xinheng.interfaces.__file__).parent
NO = Refusal("X1", "现在不能办理。", citation="《信用修复管理办法》第十条", advice="请在期满以后办理。")


def test_a_refusal_says_what_where_and_what_to_do() -> None:
    assert told(NO) == "现在不能办理。依据：《信用修复管理办法》第十条。请在期满以后办理。"
    assert told(Refusal("X2", "没有这一步。")) == "没有这一步。"


def test_a_refusal_stands_above_the_form_that_it_answers() -> None:
    form = Form({})
    with refusals_on(form):
        raise NO
    assert form.non_field_errors() == [told(NO)]


def test_what_was_refused_does_not_look_like_what_was_done() -> None:
    said = {
        one: render_to_string("web/messages.html", {"messages": [Message(one, "一句话")]})
        for one in (INFO, ERROR)
    }
    assert 'class="notice notice-done" role="status"' in said[INFO]
    assert 'class="notice notice-decide" role="alert"' in said[ERROR]
    assert "未能办理" in said[ERROR]


@pytest.mark.parametrize("room", ["counter", "office", "portal"])
def test_no_page_puts_a_refusal_together_by_itself(room: str) -> None:
    """Else it forgets the citation."""
    by_hand = [
        path.name
        for path in (ROOMS / room).rglob("*.py")
        if "{refusal.message}{refusal.advice}" in path.read_text(encoding="utf-8")
    ]
    assert by_hand == []
