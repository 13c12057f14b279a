"""What the demo's people looked at and bought in Fernway's shop: their orders add up to what their profiles say.

`lifetime_value` is spread over orders of which the last lies at `last_order_at`; before an order of these months stand
visits, a product in the cart and a checkout. Some looked around this week and left their cart. Same people, same deeds.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from audiences.models import Event, EventName, Profile, Purchase

from .people import ACTIVITIES

MOST_ORDERS = 12
MONTHS = timedelta(days=150)
WEEK = timedelta(days=7)
A_CHUNK = 2_000
VIEWED, IN_CART, CHECKOUT = "viewed_product", "added_to_cart", "started_checkout"


class Product(NamedTuple):
    sku: str
    category: str
    price: Decimal


PRODUCTS = tuple(
    Product(sku, category, Decimal(price))
    for sku, category, price in (
        ("trail-socks", "Hiking", "18.00"), ("day-pack-22", "Hiking", "89.00"), ("ridge-boots", "Hiking", "219.00"),
        ("chalk-bag", "Climbing", "24.50"), ("crux-harness", "Climbing", "74.00"), ("rope-60", "Climbing", "189.00"),
        ("merino-base", "Ski touring", "95.00"), ("storm-shell", "Ski touring", "349.00"),
        ("grip-runners", "Trail running", "139.00"), ("flask-500", "Trail running", "22.00"),
        ("dry-bag-35", "Paddling", "45.00"), ("two-person-tent", "Camping", "429.00"),
        ("gas-stove", "Camping", "59.90"), ("frame-bag", "Bikepacking", "68.00"),
        ("wader-boots", "Fly fishing", "159.00"),
    )
)  # fmt: skip
REPAIR = "repair-service"
"""Takes whatever is left of a sum that no product costs."""


def open_for(now: datetime) -> None:
    """Events and purchases of everybody who is there, up to `now`."""
    EventName.objects.bulk_create([EventName(name=name) for name in (VIEWED, IN_CART, CHECKOUT)])
    events: list[Event] = []
    purchases: list[Purchase] = []
    for profile in Profile.objects.order_by("pk").only("time_zone", "attributes"):
        dice = random.Random(f"shop/{profile.pk}")  # noqa: S311
        bought = list(orders(profile, dice))
        purchases += bought
        events += [event for order in bought if now - order.time < MONTHS for event in before(order, dice)]
        events += around(profile, dice, now)
    Purchase.objects.bulk_create(purchases, A_CHUNK)
    Event.objects.bulk_create(events, A_CHUNK)


def orders(profile: Profile, dice: random.Random) -> Iterator[Purchase]:
    """The latest first. No more than MOST_ORDERS: who spent much bought several pieces."""
    left = Decimal(str(profile.attributes.get("lifetime_value", 0))).quantize(Decimal("0.01"))
    last = profile.attributes.get("last_order_at")
    at = datetime.fromisoformat(last) if last else None
    for number in range(MOST_ORDERS if at else 0):
        fitting = [product for product in PRODUCTS if product.price <= left]
        if not fitting or number == MOST_ORDERS - 1:
            if left > 0:
                yield order(profile, REPAIR, left, 1, at)
            return
        product = dice.choice(fitting)
        pieces = max(1, min(int(left / product.price / 3), 9))
        yield order(profile, product.sku, product.price, pieces, at)
        left -= product.price * pieces
        at -= timedelta(days=dice.expovariate(1 / 45), minutes=dice.randrange(600))


def order(profile: Profile, sku: str, price: Decimal, pieces: int, at: datetime) -> Purchase:
    return Purchase(
        profile=profile, product_id=sku, currency=currency_of(profile), price=price, quantity=pieces, time=at,
        properties={"channel": "shop" if at.minute % 5 == 0 else "web"},
    )  # fmt: skip


def currency_of(profile: Profile) -> str:
    if profile.time_zone == "Europe/London":
        return "GBP"
    return "EUR" if profile.time_zone.startswith("Europe/") else "USD"


def before(order: Purchase, dice: random.Random) -> Iterator[Event]:
    """What led to an order: one or more visits, the cart, the checkout."""
    product = next((one for one in PRODUCTS if one.sku == order.product_id), None)
    if product:
        for _ in range(dice.randrange(1, 3)):
            yield event(order.profile, VIEWED, order.time - timedelta(hours=dice.randrange(1, 90)), product)
        yield event(order.profile, IN_CART, order.time - timedelta(minutes=dice.randrange(8, 50)), product)
        yield event(order.profile, CHECKOUT, order.time - timedelta(minutes=dice.randrange(2, 7)), product)


def around(profile: Profile, dice: random.Random, now: datetime) -> Iterator[Event]:
    """One in five looked around this week, most often for what they like; some put it into the cart and left."""
    if dice.random() < 0.2:
        likes = profile.attributes.get("favourite_activity") or dice.choice(ACTIVITIES)
        product = dice.choice([one for one in PRODUCTS if one.category == likes] or PRODUCTS)
        at = now - WEEK * dice.random()
        yield event(profile, VIEWED, at, product)
        if dice.random() < 0.4 and now - at > timedelta(hours=1):
            yield event(profile, IN_CART, at + timedelta(minutes=dice.randrange(1, 30)), product)


def event(profile: Profile, name: str, at: datetime, product: Product) -> Event:
    properties = {"sku": product.sku, "category": product.category, "price": float(product.price)}
    return Event(profile=profile, name=name, time=at, properties=properties)
