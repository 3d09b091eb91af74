"""EventBridge Scheduler's expressions: are they good, and which of their times do the clocks leave out?"""

import calendar
import datetime
import re
import zoneinfo
from dataclasses import dataclass

from .command import Unable

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
LONGEST = 256
LONGEST_ZONE = 50
# Files beside the zones that are none, or are this machine's own.
NO_ZONES = ("Factory", "localtime", "posixrules", "leapseconds", "tzdata.zi")

# After so many years the calendar comes again, but for a century without a leap day.
LONGEST_CYCLE = 48

# Rules for the clocks are known for as long as nobody changes them.
YEARS_AHEAD = 10


@dataclass(frozen=True)
class Field:
    """One of the six fields of a cron expression."""

    name: str
    least: int
    most: int
    words: tuple = ()
    first: int = 0
    steps: bool = True
    """Whether a step may stand behind a slash."""
    turns: bool = True
    """Whether a range may go over the end to the beginning."""

    def number(self, text):
        """A number or one of the words."""
        if text.upper() in self.words:
            return self.words.index(text.upper()) + self.first
        if not re.fullmatch(r"[0-9]{1,4}", text) or not self.least <= int(text) <= self.most:
            words = f" or {self.words[0]} to {self.words[-1]}" if self.words else ""
            raise Unable(
                f"{text!r} in the field {self.name} of the cron expression: it takes {self.least} to {self.most}{words}"
            )
        return int(text)

    def values(self, text):
        """The numbers that a list of values, ranges and steps stands for."""
        found = set()
        for part in text.split(","):
            span, slash, step = part.partition("/")
            if slash and not self.steps:
                raise Unable(f"{part!r} in the field {self.name} of the cron expression: there is no / in it")
            if slash and (not re.fullmatch(r"[0-9]{1,4}", step) or int(step) == 0):
                raise Unable(f"{part!r} in the field {self.name} of the cron expression: a step is a number above 0")
            if span == "*":
                low, high = self.least, self.most
            elif "-" in span:
                low, high = (self.number(end) for end in span.split("-", 1))
            else:
                low = self.number(span)
                high = self.most if slash else low
            if low > high and not self.turns:
                raise Unable(f"{part!r} in the field {self.name} of the cron expression: it ends before it begins")
            every = range(low, high + 1) if low <= high else [*range(low, self.most + 1), *range(self.least, high + 1)]
            found.update(list(every)[:: int(step) if slash else 1])
        return found


MINUTES = Field("minutes", 0, 59)
HOURS = Field("hours", 0, 23)
DAY_OF_MONTH = Field("day of month", 1, 31)
MONTH = Field("month", 1, 12, tuple(MONTHS), 1)
DAY_OF_WEEK = Field("day of week", 1, 7, tuple(DAYS), 1, steps=False)
YEAR = Field("year", 1970, 2199, turns=False)


class Cron:
    """When `cron(minutes hours day-of-month month day-of-week year)` fires, on the clock of its zone."""

    def __init__(self, fields):
        parts = fields.split()
        if len(parts) != 6:
            raise Unable(
                f"the cron expression has {len(parts)} fields: it takes six, minutes, hours, day of month, month, "
                "day of week and year, like cron(0 22 ? * MON-FRI *)"
            )
        minutes, hours, self._day, month, self._weekday, year = parts
        if (self._day == "?") == (self._weekday == "?"):
            raise Unable("of day of month and day of week exactly one is to be ?, in the cron expression")
        self.minutes, self.hours = MINUTES.values(minutes), HOURS.values(hours)
        self._months, self._years = MONTH.values(month), YEAR.values(year)
        # Both are read once for any month, so that a fault in them is found now.
        self._days(datetime.date(2000, 1, 1))

    def fires_on(self, date):
        """True when it fires on this date, whatever the time."""
        return date.year in self._years and date.month in self._months and date.day in self._days(date)

    def times_on(self, date):
        """The times at which it is to fire on a date, in order, on the clock of its zone."""
        if not self.fires_on(date):
            return []
        return [
            datetime.datetime.combine(date, datetime.time(hour, minute))
            for hour in sorted(self.hours)
            for minute in sorted(self.minutes)
        ]

    def comes_after(self, since):
        """True when it fires on this date or a later one."""
        years = sorted(year for year in self._years if year >= since.year)
        dates = (
            datetime.date(year, month, day)
            for year in years[:LONGEST_CYCLE]
            for month in sorted(self._months)
            for day in range(1, calendar.monthrange(year, month)[1] + 1)
        )
        return any(date >= since and self.fires_on(date) for date in dates)

    def _days(self, date):
        last = calendar.monthrange(date.year, date.month)[1]
        if self._weekday == "?":
            return self._days_of_month(date, last)
        return self._days_of_week(date, last)

    def _days_of_month(self, date, last):
        text = self._day.upper()
        if text in ("L", "LW"):
            return {last if text == "L" else _nearest_weekday(date, last, last)}
        if nearest := re.fullmatch(r"(\w+)W", text):
            return {_nearest_weekday(date, DAY_OF_MONTH.number(nearest.group(1)), last)}
        return DAY_OF_MONTH.values(self._day)

    def _days_of_week(self, date, last):
        text = self._weekday.upper()
        if text == "L":
            return {day for day in range(1, last + 1) if _weekday(date, day) == 7}
        if at_last := re.fullmatch(r"(\w+)L", text):
            wanted = DAY_OF_WEEK.number(at_last.group(1))
            return {max(day for day in range(1, last + 1) if _weekday(date, day) == wanted)}
        if nth := re.fullmatch(r"(\w+)#([1-5])", text):
            wanted = DAY_OF_WEEK.number(nth.group(1))
            days = [day for day in range(1, last + 1) if _weekday(date, day) == wanted]
            return set(days[int(nth.group(2)) - 1 : int(nth.group(2))])
        wanted = DAY_OF_WEEK.values(self._weekday)
        return {day for day in range(1, last + 1) if _weekday(date, day) in wanted}


def _weekday(date, day):
    """1 for Sunday to 7 for Saturday."""
    return date.replace(day=day).isoweekday() % 7 + 1


def _nearest_weekday(date, day, last):
    """The weekday of the same month that is nearest to a day."""
    day = min(day, last)
    weekday = _weekday(date, day)
    if weekday == 7:
        return day - 1 if day > 1 else day + 2
    if weekday == 1:
        return day + 1 if day < last else day - 2
    return day


def read(text):
    """The expression as the scheduler takes it, and the times on which it fires where these are on a clock."""
    text = text.strip()
    if len(text) > LONGEST or not text.isprintable() or not text.isascii():
        raise Unable(f"the expression is no printable ASCII text of at most {LONGEST} characters")
    if "(" not in text:
        text = f"cron({text})"
    kind, _, rest = text.partition("(")
    inside = rest.removesuffix(")").strip()
    if not rest.endswith(")"):
        raise Unable(f"{text!r} has no ) at its end")
    if kind == "cron":
        return f"cron({' '.join(inside.split())})", Cron(inside)
    if kind == "at":
        when = Once(inside)
        return f"at({when})", when
    if kind == "rate" and re.fullmatch(r"(1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))", inside):
        return f"rate({inside})", None
    raise Unable(
        f"{text!r} is no expression of the scheduler: cron(0 22 ? * MON-FRI *), at(2026-12-01T22:00:00) or rate(7 days)"
    )


class Once:
    """When `at(yyyy-mm-ddThh:mm:ss)` fires."""

    def __init__(self, text):
        try:
            self._time = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")
        except ValueError as error:
            raise Unable(f"at({text}): the time is to be like 2026-12-01T22:00:00, without a zone") from error

    def __str__(self):
        return f"{self._time:%Y-%m-%dT%H:%M:%S}"

    def comes_after(self, since):
        """True when it fires on this date or a later one."""
        return self._time.date() >= since

    def times_on(self, date):
        """The one time, on its date."""
        return [self._time] if date == self._time.date() else []


def zone(name):
    """A time zone by its IANA name."""
    try:
        if len(name) > LONGEST_ZONE or name in NO_ZONES or name.partition("/")[0] in ("posix", "right"):
            raise ValueError(name)
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise Unable(f"{name!r} is no time zone: name it like Europe/Berlin or UTC") from error


def left_out(expression, clock, since):
    """The times in the years after `since` that do not come, since the clocks are put forward over them."""
    if expression is None:
        return []
    found = []
    for days in range(366 * YEARS_AHEAD):
        date = since + datetime.timedelta(days=days)
        if _offset(clock, date) == _offset(clock, date + datetime.timedelta(days=1)):
            continue
        found.extend(time for time in expression.times_on(date) if not _exists(clock, time))
    return found


def _offset(clock, date):
    return datetime.datetime.combine(date, datetime.time(0), clock).utcoffset()


def _exists(clock, time):
    there = time.replace(tzinfo=clock).astimezone(datetime.timezone.utc)
    return there.astimezone(clock).replace(tzinfo=None) == time
