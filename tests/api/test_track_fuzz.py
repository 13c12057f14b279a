"""Whatever JSON is sent to users/track: never a 500, and each object is kept whole or not at all."""

import json

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from audiences.attributes import ALIASES, BUILT_IN
from audiences.models import Event, Profile, Purchase
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
TEXT = some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
MOMENT = some.sampled_from(["2026-11-01", "2026-11-01T09:00:00Z", "2026-02-30", "0001-01-01T00:00:00+14:00"])
SCALAR = (
    TEXT | MOMENT | some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False)
)
JSON = some.recursive(SCALAR, lambda inner: some.lists(inner, max_size=2) | some.dictionaries(TEXT, inner, max_size=2))
VALUE = SCALAR | JSON
KEY = some.sampled_from([*BUILT_IN, *ALIASES, "plan", "visits", "vip"]) | TEXT
EVENT = {"name": TEXT | VALUE, "time": MOMENT | VALUE}
PURCHASE = {
    "product_id": TEXT | VALUE, "currency": some.sampled_from(["USD", "eur"]) | VALUE,
    "price": some.floats(-9, 9) | VALUE, "time": MOMENT | VALUE,
}  # fmt: skip
MORE = {"properties": some.dictionaries(TEXT, JSON, max_size=2) | VALUE, "quantity": some.integers(-1, 3) | VALUE}


def drawn(known: dict, more: dict) -> some.SearchStrategy:
    """Such objects, nearly such ones, and anything else."""
    fitting = some.fixed_dictionaries(known, optional=more)
    return some.lists(fitting | some.dictionaries(KEY, VALUE, max_size=4) | JSON, max_size=3)


SENT = some.fixed_dictionaries({}, optional={
    "attributes": drawn({"plan": SCALAR}, {"email": VALUE, "dob": MOMENT | VALUE, "visits": VALUE}),
    "events": drawn(EVENT, {"properties": MORE["properties"]}), "purchases": drawn(PURCHASE, MORE),
})  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(sent=SENT | JSON)
def test_each_object_is_kept_whole_or_not_at_all(shop, sent):
    with transaction.atomic():
        check(shop, sent)
        transaction.set_rollback(True)


def check(shop: Caller, sent) -> None:
    named = naming(sent)
    answer = shop.post("/users/track", named)
    assert answer.status_code in (201, 422), answer.content
    kept = {
        who: one for who, one in objects_of(named) if answer.status_code == 201 and place(who) not in misfits(answer)
    }
    assert set(Profile.objects.values_list("external_id", flat=True)) == kept.keys()
    for who, one in kept.items():
        assert_whole(shop, who, one)


def naming(sent):
    """Every object gets an external_id of its own: its kind and place."""
    if not isinstance(sent, dict):
        return sent
    return {
        kind: [one | {"external_id": f"{kind} {at}"} if isinstance(one, dict) else one for at, one in enumerate(some)]
        if isinstance(some, list)
        else some
        for kind, some in sent.items()
    }


def objects_of(named) -> list[tuple[str, dict]]:
    lists = named.values() if isinstance(named, dict) else ()
    return [
        (one["external_id"], one)
        for some in lists if isinstance(some, list)
        for one in some if isinstance(one, dict)
    ]  # fmt: skip


def place(who: str) -> tuple[str, int]:
    kind, at = who.rsplit(" ", 1)
    return kind, int(at)


def misfits(answer) -> set[tuple[str, int]]:
    return {(error["input_array"], error["index"]) for error in answer.data["errors"]}


def assert_whole(shop: Caller, who: str, one: dict) -> None:
    if who.startswith("attributes"):
        person = shop.get(f"/users/{who}").data
        told = {name for name, value in (person | person["custom_attributes"]).items() if value is not None}
        said = {ALIASES.get(name, name) for name, value in one.items() if value not in (None, "")}
        assert said == told - {"custom_attributes", "created_at", "updated_at"}
    else:
        deed = (Event if who.startswith("events") else Purchase).objects.get(profile__external_id=who)
        assert json.loads(json.dumps(one.get("properties", {}))) == deed.properties
