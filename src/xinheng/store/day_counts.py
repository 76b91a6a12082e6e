"""How often one place did today what costs something; a row holds no address and goes with its day."""

from django.db import models


class DayCount(models.Model):
    """``slot`` is a keyed digest of the day, the place and what was done, so that two days of one place are not told to be one."""

    slot = models.CharField(max_length=64, primary_key=True)
    day = models.DateField()
    number = models.IntegerField()
