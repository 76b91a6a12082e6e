"""What a moment written by the clock of a phone counts as: corrected by how far that clock was from the server's when it was
written, and refused where the clock was set anew in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from xinheng.core.refusal import Refusal

LEEWAY = timedelta(minutes=5)
"""So far two measures of the same clock may differ: the time that questions take, and a slow drift."""
FURTHEST = timedelta(days=366 * 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneTime:
    """``at`` as the phone wrote it; ``offset``: server less phone, as last measured before it was written; ``by_hand``:
    that a person typed the moment, after the clock had proved wrong."""

    at: datetime
    offset: timedelta = timedelta()
    by_hand: bool = False

    @property
    def counted(self) -> datetime:
        """The moment by the server's clock."""
        return self.at if self.by_hand else self.at + self.offset

    @property
    def told(self) -> Mapping[str, object]:
        """As the step of the case keeps it; the offset in seconds."""
        return {
            "phone_at": self.at.isoformat(),
            "phone_offset": 0 if self.by_hand else round(self.offset.total_seconds()),
            "phone_by_hand": self.by_hand,
        }


def check_clock(time: PhoneTime, *, offset_now: timedelta) -> None:
    """Refusal VC1 where the clock of the phone was changed between writing and sending.

    ``offset_now``: server less phone as measured by the message that brings it.
    """
    if not time.by_hand and abs(time.offset - offset_now) > LEEWAY:
        raise Refusal(
            "VC1",
            f"手机的时钟在记录之后改动过（写下时与服务器相差 {_minutes(time.offset)} 分钟，现在相差 {_minutes(offset_now)} 分钟），"
            "记录的时间不能采信。",
            advice="请把手机时间设为自动，并在这条记录中改正时间后再上传；改正会写入办理过程。",
        )


def _minutes(offset: timedelta) -> int:
    return round(offset.total_seconds() / 60)
