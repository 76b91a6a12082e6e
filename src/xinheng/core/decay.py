"""Half-life tables in whole thousandths, by exact integer arithmetic: the same on every machine and for ever."""

from xinheng.core.models import Decay, DecayStep


def half_life_share(*, days: int, half_life_days: int) -> int:
    """The greatest whole k with k / 1000 ≤ 2 ** (-days / half_life_days)."""
    low, high = 0, 1000
    whole = 1000**half_life_days
    while low < high:
        middle = (low + high + 1) // 2
        if middle**half_life_days << days <= whole:
            low = middle
        else:
            high = middle - 1
    return low


def half_life_decay(*, half_life_days: int, every_days: int, window_days: int) -> Decay:
    """A table with a line every ``every_days`` up to the end of the window."""
    return Decay(
        half_life_days=half_life_days,
        table=tuple(
            DecayStep(from_day=day, per_mille=half_life_share(days=day, half_life_days=half_life_days))
            for day in range(0, window_days, every_days)
        ),
    )


def decay_causes(decay: Decay) -> list[str]:
    """Where a table says by which half-life it was made and is not what that gives."""
    if decay.half_life_days is None:
        return []
    return [
        f"衰减表第{step.from_day}天写的是{step.per_mille}‰，半衰期{decay.half_life_days}天应为{right}‰"
        for step in decay.table
        if (right := half_life_share(days=step.from_day, half_life_days=decay.half_life_days))
        != step.per_mille
    ]
