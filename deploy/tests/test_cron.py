"""Expressions are read as EventBridge Scheduler reads them, and times that the clocks leave out are found."""

import datetime
import unittest

from tools import cron
from tools.command import Unable


def dates(expression, year, month):
    """The days of a month on which an expression fires."""
    _, when = cron.read(expression)
    first = datetime.date(year, month, 1)
    days = [first + datetime.timedelta(days=day) for day in range(31)]
    return [day.day for day in days if day.month == month and when.fires_on(day)]


class Expressions(unittest.TestCase):
    def test_days_are_counted_as_aws_counts_them(self):
        # November 2026 begins on a Sunday.
        for fields, days in {
            "0 22 ? * MON-FRI *": [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23, 24, 25, 26, 27, 30],
            "0 22 ? * 1 *": [1, 8, 15, 22, 29],
            "0 22 ? * FRI-MON *": [1, 2, 6, 7, 8, 9, 13, 14, 15, 16, 20, 21, 22, 23, 27, 28, 29, 30],
            "0 22 ? * 6#2 *": [13],
            "0 22 ? * SUN#5 *": [29],
            "0 22 ? * MON#5 *": [30],
            "0 22 ? * TUE#5 *": [],
            "0 22 ? * 6L *": [27],
            "0 22 ? * L *": [7, 14, 21, 28],
            "0 22 L * ? *": [30],
            "0 22 LW * ? *": [30],
            "0 22 1W * ? *": [2],
            "0 22 15W * ? *": [16],
            "0 22 14W NOV ? 2026": [13],
            "0 22 1,10/10 11 ? 2025-2027": [1, 10, 20, 30],
            "0 22 1 JAN-OCT,DEC ? *": [],
        }.items():
            with self.subTest(fields):
                self.assertEqual(dates(fields, 2026, 11), days)

    def test_the_nearest_weekday_stays_in_its_month(self):
        # The first of August 2026 is a Saturday, the last of May a Sunday.
        self.assertEqual(dates("0 22 1W * ? *", 2026, 8), [3])
        self.assertEqual(dates("0 22 31W * ? *", 2026, 5), [29])
        self.assertEqual(dates("0 22 LW * ? *", 2026, 5), [29])

    def test_what_never_comes_is_seen(self):
        since = datetime.date(2026, 11, 27)
        for given, comes in {
            "0 22 30 2 ? *": False,
            "0 22 31 4,6,9,11 ? *": False,
            "0 22 ? * * 2020": False,
            "0 22 ? * * 2026": True,
            "0 22 26 11 ? 2026": False,
            "0 22 27 11 ? 2026": True,
            "0 22 29 2 ? *": True,
            "0 22 ? 2 MON#5 *": True,
            "0 22 29 2 ? 2097-2103": False,
            "0 22 1 1 ? 2199": True,
            "at(2026-11-26T23:59:59)": False,
            "at(2026-11-27T00:00:00)": True,
        }.items():
            _, when = cron.read(given)
            self.assertEqual(when.comes_after(since), comes, given)

    def test_expressions_are_written_as_the_scheduler_takes_them(self):
        for given, written in {
            "0 22 ? * MON-FRI *": "cron(0 22 ? * MON-FRI *)",
            " cron( 0  22 ? * MON-FRI * ) ": "cron(0 22 ? * MON-FRI *)",
            "rate(7 days)": "rate(7 days)",
            "rate(1 hour)": "rate(1 hour)",
            "at(2026-12-01T22:00:00)": "at(2026-12-01T22:00:00)",
            "at(2026-1-1T2:0:0)": "at(2026-01-01T02:00:00)",
        }.items():
            self.assertEqual(cron.read(given)[0], written)

    def test_what_the_scheduler_would_refuse_is_refused(self):
        for given in [
            "",
            "0 22 * * *",
            "0 22 * * * *",
            "0 22 ? * ? *",
            "60 22 ? * * *",
            "0 24 ? * * *",
            "0 22 32 * ? *",
            "0 22 ? 13 * *",
            "0 22 ? * 0 *",
            "0 22 ? * MON#6 *",
            "0 22 ? * * 1969",
            "0/0 22 ? * * *",
            "0 22 0W * ? *",
            "0 22 ? * XL *",
            "cron(0 22 ? * MON-FRI *",
            "rate(1 days)",
            "rate(2 day)",
            "rate(0 days)",
            "at(2026-12-01 22:00)",
            "every(day)",
            "0 22 ? * MON-FRI *\n0 23 ? * * *",
            "0 22 ? * MÖN *",
            "0 " * 200,
            "-1 22 ? * * *",
            "0 22 ? * 99999999999999999999 *",
        ]:
            with self.subTest(given), self.assertRaises(Unable):
                cron.read(given)


class Clocks(unittest.TestCase):
    SINCE = datetime.date(2026, 11, 1)

    def left_out(self, expression, zone):
        return [
            f"{time:%Y-%m-%d %H:%M}" for time in cron.left_out(cron.read(expression)[1], cron.zone(zone), self.SINCE)
        ]

    def test_a_time_in_the_missing_hour_is_found_in_every_year(self):
        found = self.left_out("30 2 ? * * *", "Europe/Berlin")
        self.assertEqual((found[0], len(found)), ("2027-03-28 02:30", 10))
        self.assertEqual(self.left_out("30 2 ? * SUN *", "Europe/Berlin"), found)
        self.assertEqual(
            self.left_out("0/20 2,3 ? * SUN 2028", "America/New_York"),
            ["2028-03-12 02:00", "2028-03-12 02:20", "2028-03-12 02:40"],
        )
        # Lord Howe puts its clocks forward by half an hour; Cairo from midnight on.
        self.assertEqual(
            self.left_out("0/15 2 ? OCT * 2027", "Australia/Lord_Howe"), ["2027-10-03 02:00", "2027-10-03 02:15"]
        )
        self.assertEqual(self.left_out("30 0 ? * * 2027", "Africa/Cairo"), ["2027-04-30 00:30"])

    def test_times_that_come_every_day_are_not_told(self):
        for expression, zone in (
            ("0 22 ? * MON-FRI *", "Europe/Berlin"),
            ("30 2 ? * MON-FRI *", "Europe/Berlin"),
            ("0 3 ? * * *", "Europe/Berlin"),
            ("59 1 ? * * *", "Europe/Berlin"),
            ("30 2 ? * * *", "UTC"),
            ("30 2 ? * * *", "Asia/Tokyo"),
            ("30 2 ? OCT SUN *", "Europe/Berlin"),
            ("rate(1 hour)", "Europe/Berlin"),
        ):
            with self.subTest(expression=expression, zone=zone):
                self.assertEqual(self.left_out(expression, zone), [])

    def test_a_single_time_is_looked_at_too(self):
        self.assertEqual(self.left_out("at(2027-03-28T02:15:00)", "Europe/Berlin"), ["2027-03-28 02:15"])
        self.assertEqual(self.left_out("at(2027-03-28T03:15:00)", "Europe/Berlin"), [])

    def test_only_names_of_zones_are_zones(self):
        for name in ("", "Middle/Earth", "../../etc/passwd", "/etc/localtime", "E" * 51, "Europe/Ber\0lin", "Europe"):
            with self.subTest(name), self.assertRaises(Unable):
                cron.zone(name)


if __name__ == "__main__":
    unittest.main()
