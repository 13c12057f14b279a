"""Conditions on what people did and bought: how often, how much, within how long, and with which properties.

Each is one correlated subquery over events or purchases, which their indexes by person answer. Whoever did nothing did
it zero times and spent 0. What lies ahead of now is not within the last days.
"""

from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, DecimalField, Exists, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Round
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThanOrEqual

from . import operators, values
from .expressions import Not, nobody
from .filters import Reading, tried
from .incoming import currency
from .models import Event, Purchase
from .properties import fitting

COUNTED = {"at_least": GreaterThanOrEqual, "at_most": LessThanOrEqual, "is": Exact}
COUNTS = (*COUNTED, "exists", "not_exists")
TOTALS = tuple(operators.ORDER)
MOST_TIMES, MOST_MONEY = 1_000_000, 10**15
MONEY = DecimalField(max_digits=32, decimal_places=4)


def read_event(reading: Reading, document: dict, path: str) -> Combinable:
    reading.only(document, path, "event", "op", "value", "within", "where")
    return times(reading, document, path, events(reading, document, path))


def read_purchase(reading: Reading, document: dict, path: str) -> Combinable:
    reading.only(document, path, "purchase", "op", "value", "within", "where")
    return times(reading, document, path, purchases(reading, document, path))


def read_total(reading: Reading, document: dict, path: str) -> Combinable:
    """What a person spent in one currency: price times pieces, refunds taken off."""
    reading.only(document, path, "purchase_total", "op", "value", "within")
    rows = payments(reading, document, path)
    op, amount = document.get("op"), tried(reading, money, document.get("value"), f"{path}.value")
    if op not in TOTALS:
        return reading.refuse(f"{path}.op", f"Use one of {', '.join(TOTALS)}.")
    return nobody() if reading.faults else operators.ORDER[op](spent(reading, rows), Value(amount, MONEY))


def amount(reading: Reading, document: dict) -> Combinable:
    """What such a condition looks at, of the person at hand: how often it was done, or how much was spent."""
    kind = next(key for key in ROWS if key in document)
    rows = ROWS[kind](reading, document, kind)
    return spent(reading, rows) if kind == "purchase_total" else counted(reading, rows)


def events(reading: Reading, document: dict, path: str) -> QuerySet:
    """The events, of anybody, that the condition is about."""
    name = tried(reading, event_name, document["event"], f"{path}.event")
    return fitting(reading, document, path, within(reading, document, path, Event.objects.filter(name=name)))


def purchases(reading: Reading, document: dict, path: str) -> QuerySet:
    product = tried(reading, product_id, document["purchase"], f"{path}.purchase")
    bought = Purchase.objects.all() if product == "any" else Purchase.objects.filter(product_id=product)
    return fitting(reading, document, path, within(reading, document, path, bought))


def payments(reading: Reading, document: dict, path: str) -> QuerySet:
    unit = tried(reading, currency, document["purchase_total"], f"{path}.purchase_total")
    return within(reading, document, path, Purchase.objects.filter(currency=unit))


ROWS = {"event": events, "purchase": purchases, "purchase_total": payments}


def event_name(raw: Any) -> str:
    return named(raw, "Write the name of an event.")


def product_id(raw: Any) -> str:
    return named(raw, 'Write a product id, or "any".')


def named(raw: Any, words: str) -> str:
    if not isinstance(raw, str) or not raw.strip() or not values.storable(raw):
        raise ValueError(words)
    return raw


def money(raw: Any) -> Decimal:
    if abs(values.number(raw)) >= MOST_MONEY:
        raise ValueError("The number is too large.")
    return Decimal(str(raw)).quantize(Decimal("0.0001"))


def whole(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= MOST_TIMES:
        raise ValueError(f"Write a whole number from 0 to {MOST_TIMES:,}, without quotes.")
    return raw


def times(reading: Reading, document: dict, path: str, rows: QuerySet) -> Combinable:
    """How often: `at_least`, `at_most` or `is` with a whole number; `exists` is at least once."""
    op = document.get("op")
    if op not in COUNTS:
        return reading.refuse(f"{path}.op", f"Use one of {', '.join(COUNTS)}.")
    count = how_many(reading, document, path, op)
    if reading.faults:
        return nobody()
    if (op, count) in (("exists", 1), ("at_least", 1)):
        return Exists(rows.filter(profile=person(reading)))
    if op == "not_exists":
        return Not(Exists(rows.filter(profile=person(reading))))
    return COUNTED[op](counted(reading, rows), Value(count))


def how_many(reading: Reading, document: dict, path: str, op: str) -> int:
    if op in COUNTED:
        return tried(reading, whole, document.get("value"), f"{path}.value")
    if "value" in document:
        reading.refuse(f"{path}.value", f"{op} takes no value; leave it out.")
    return 1


def within(reading: Reading, document: dict, path: str, rows: QuerySet) -> QuerySet:
    """Those of the last days; all where nothing is said of a time."""
    if "within" not in document:
        return rows
    before = len(reading.faults)
    span = tried(reading, values.duration, document["within"], f"{path}.within")
    if len(reading.faults) > before:
        return rows
    return rows.filter(time__gte=reading.now - span, time__lte=reading.now)


def counted(reading: Reading, rows: QuerySet) -> Combinable:
    return Coalesce(per_person(reading, rows, Count("*")), Value(0))


def spent(reading: Reading, rows: QuerySet) -> Combinable:
    total = per_person(reading, rows, Sum(F("price") * F("quantity"), output_field=MONEY))
    return Round(Coalesce(total, Value(Decimal(0), MONEY)), 4)


def per_person(reading: Reading, rows: QuerySet, aggregate: Aggregate) -> Subquery:
    """The aggregate over the rows of the person at hand; NULL where she has none."""
    hers = rows.filter(profile=person(reading)).order_by().values("profile")
    return Subquery(hers.annotate(found=aggregate).values("found"))


def person(reading: Reading) -> OuterRef:
    return OuterRef(f"{reading.prefix}pk")


CONDITIONS = {"event": read_event, "purchase": read_purchase, "purchase_total": read_total}
