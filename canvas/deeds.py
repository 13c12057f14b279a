"""What people do that a Canvas waits for, an event or a purchase: in words, as the fields of a form, and back.

The fields are `did` (event or purchase) and `event`: the name of the event, or the id of a product; empty, any product.
"""

from collections.abc import Mapping
from typing import Any

from audiences import happened
from audiences.models import EventName

Asked = Mapping[str, Any]
KINDS = (("event", "Event"), ("purchase", "Purchase"))
LABEL, HINT = "Its name", "Of a purchase, the product id; empty: any product."
NO_NAME = "Write the name of the event, as your programs report it."


def event_names() -> list[str]:
    """To choose from; an event that nobody did yet may be written."""
    return list(EventName.objects.order_by("name").values_list("name", flat=True)[:200])


def fields(asked: Asked) -> dict[str, str]:
    product = asked.get("purchase", "")
    return {
        "did": happened.kind_of(asked) or "event",
        "event": asked.get("event") or ("" if product == "any" else product),
    }


def read(chosen: Mapping[str, Any]) -> dict[str, str]:
    """The part of a document that names it; empty where an event has no name."""
    name = chosen.get("event") or ""
    if chosen.get("did") == "purchase":
        return {"purchase": name or "any"}
    return {"event": name} if name else {}


def same(one: Asked, other: Asked) -> bool:
    """Whether they name the same, whatever their conditions."""
    return all(one.get(kind) == other.get(kind) for kind in happened.KINDS)


def conditions(asked: Asked, before: Asked | None) -> dict[str, list]:
    """Conditions on properties, which a program set, stay as long as what they are about does."""
    return {"where": before["where"]} if before and "where" in before and same(asked, before) else {}


def named(asked: Asked) -> str:
    """As `order placed`, or `a purchase of SKU-1`."""
    product = asked.get("purchase")
    if product:
        return "a purchase" if product == "any" else f"a purchase of {product}"
    return asked.get("event") or "no event"


def done(asked: Asked, verb: str = "do") -> str:
    """As `do order placed`, or `buy anything`; `verb` is do or does."""
    product, buying = asked.get("purchase"), {"do": "buy", "does": "buys"}[verb]
    if product:
        return f"{buying} {'anything' if product == 'any' else product}"
    return f"{verb} {asked.get('event')}"
