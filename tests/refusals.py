"""What a call was refused with."""

from collections.abc import Callable

import pytest

from xinheng.core.refusal import Refusal


def code_of(call: Callable[..., object], *given: object, **named: object) -> str:
    """The code with which ``call`` is refused; every refusal also says what to do next."""
    with pytest.raises(Refusal) as refused:
        call(*given, **named)
    assert refused.value.advice
    return refused.value.code
