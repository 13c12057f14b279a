"""CSV files that are written a line at a time, and opened by a spreadsheet."""

import csv

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Line:
    """What a csv writer writes to: it hands the line back."""

    def write(self, text: str) -> str:
        return text


def writer():
    """Its `writerow` returns the line."""
    return csv.writer(Line())


def plain(text: str) -> str:
    """A spreadsheet must not take a text for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
