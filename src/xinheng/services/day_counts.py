"""Counts how often one place does in a day what costs something, by one statement, so that of calls at once none is lost.

The place is kept as a keyed digest that changes with the day; counts of days that are over are deleted.
"""

import hashlib
import hmac
from datetime import date

from django.conf import settings
from django.db import connection

from xinheng.store.day_counts import DayCount

_COUNT = """
INSERT INTO store_daycount (slot, day, number) VALUES (%s, %s, 1)
ON CONFLICT (slot) DO UPDATE SET number = store_daycount.number + 1
RETURNING number
"""


def count_once_more(place: str, what: str, *, today: date) -> int:
    """This time included; a transaction that is rolled back counted nothing."""
    told = f"{today.isoformat()} {what} {place}".encode()
    slot = hmac.new(settings.KEYS.hash_key, told, hashlib.sha256).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [slot, today])
        ((number,),) = cursor.fetchall()
    return int(number)


def forget_day_counts(*, today: date) -> int:
    """Delete the counts of earlier days; returns how many."""
    return DayCount.objects.filter(day__lt=today).delete()[0]
