"""What people did and bought: what a condition on it means, and what it refuses. Both databases agree with Python."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences import filters
from audiences.models import Event, Profile, Purchase
from tests.factories import ProfileFactory
from tests.often import often

NOW = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def person(name: str) -> Profile:
    return ProfileFactory(external_id=name)


def did(who: Profile, name: str = "viewed", ago: timedelta = timedelta(0), **properties) -> None:
    Event.objects.create(profile=who, name=name, time=NOW - ago, properties=properties)


def bought(who: Profile, price, quantity: int = 1, product: str = "A", currency: str = "USD", ago=timedelta(0)) -> None:
    Purchase.objects.create(
        profile=who, product_id=product, currency=currency, price=Decimal(str(price)), quantity=quantity, time=NOW - ago
    )


def found(document: dict) -> set[str]:
    return set(Profile.objects.filter(filters.condition(document, NOW)).values_list("external_id", flat=True))


def viewed(op: str, *value, **more) -> dict:
    return {"event": "viewed", "op": op} | ({"value": value[0]} if value else {}) | more


def refusals(document) -> dict[str, str]:
    return {fault.path: fault.message for fault in filters.check(document)}


def test_how_often_somebody_did_something():
    never, once, thrice = person("never"), person("once"), person("thrice")
    did(never, "opened"), did(once), did(thrice), did(thrice), did(thrice)
    assert found(viewed("exists")) == found(viewed("at_least", 1)) == {"once", "thrice"}
    assert found(viewed("at_least", 2)) == {"thrice"}
    assert found(viewed("at_most", 1)) == {"never", "once"}
    assert found(viewed("is", 0)) == found(viewed("not_exists")) == {"never"}
    assert found({"not": viewed("at_least", 3)}) == {"never", "once"}


def test_only_what_was_within_the_last_days_counts():
    old, now, ahead = person("old"), person("now"), person("ahead")
    did(old, ago=DAY + timedelta(seconds=1)), did(now, ago=DAY), did(ahead, ago=-DAY)
    assert found(viewed("exists", within="P1D")) == {"now"}
    assert found(viewed("at_least", 0, within="P1D")) == {"old", "now", "ahead"}
    assert found(viewed("exists")) == {"old", "now", "ahead"}


def test_properties_are_compared_as_what_the_value_is():
    a, b, c = person("a"), person("b"), person("c")
    did(a, sku="Red-1", price=9.5, gift=True), did(b, sku="red-2", price=20), did(c, sku=5)
    for meant, names in (
        ({"op": "is", "value": "RED-1"}, {"a"}), ({"op": "starts_with", "value": "red"}, {"a", "b"}),
        ({"op": "is", "value": 5}, {"c"}), ({"op": "is_not", "value": "red-1"}, {"b", "c"}),
        ({"op": "is_any_of", "value": ["red-2", "x"]}, {"b"}), ({"op": "exists"}, {"a", "b", "c"}),
    ):  # fmt: skip
        assert found(viewed("exists", where=[{"property": "sku"} | meant])) == names
    price = {"property": "price", "op": "gte", "value": 9.5}
    assert found(viewed("exists", where=[price])) == {"a", "b"}
    gift = {"property": "gift", "op": "is", "value": True}
    assert found(viewed("exists", where=[price, gift])) == {"a"}
    assert found(viewed("exists", where=[{"property": "gift", "op": "not_exists"}])) == {"b", "c"}


def test_purchases_of_one_product_or_any():
    a, b = person("a"), person("b")
    bought(a, 1, product="A"), bought(a, 1, product="B", ago=2 * DAY), bought(b, 1, product="B")
    assert found({"purchase": "any", "op": "at_least", "value": 2}) == {"a"}
    assert found({"purchase": "any", "op": "at_least", "value": 2, "within": "P1D"}) == set()
    assert found({"purchase": "B", "op": "exists"}) == {"a", "b"}


def test_a_purchase_is_known_by_price_pieces_and_currency_too():
    a, b = person("a"), person("b")
    bought(a, 19.99, 2, ago=DAY), bought(b, 100, currency="EUR"), bought(b, 5)
    Purchase.objects.filter(profile=a).update(properties={"channel": "web", "price": 999})
    for meant, names in (
        ({"property": "price", "op": "is", "value": 19.99}, {"a"}),
        ({"property": "price", "op": "gte", "value": 100}, {"b"}),
        ({"property": "quantity", "op": "is_any_of", "value": [2, 7]}, {"a"}),
        ({"property": "currency", "op": "is", "value": "eur"}, {"b"}),
        ({"property": "channel", "op": "is_not", "value": "web"}, {"b"}),
    ):
        assert found({"purchase": "any", "op": "exists", "where": [meant]}) == names, meant
    dear = [{"property": "price", "op": "gte", "value": 5}, {"property": "currency", "op": "is", "value": "USD"}]
    assert found({"purchase": "A", "op": "exists", "within": "PT1H", "where": dear}) == {"b"}


def test_what_was_spent_in_one_currency():
    a, b, nothing = person("a"), person("b"), person("nothing")
    bought(a, "0.1", 3), bought(b, 200, 2), bought(b, -100), bought(nothing, 999, currency="EUR")
    assert found({"purchase_total": "usd", "op": "gte", "value": 0.3}) == {"a", "b"}
    assert found({"purchase_total": "USD", "op": "gt", "value": 0.3}) == {"b"}
    assert found({"purchase_total": "USD", "op": "lte", "value": 300}) == {"a", "b", "nothing"}
    assert found({"purchase_total": "USD", "op": "lt", "value": 0.3}) == {"nothing"}
    assert found({"purchase_total": "EUR", "op": "gte", "value": 999, "within": "P1D"}) == {"nothing"}


def test_it_reads_from_other_tables_and_in_one_query(django_assert_num_queries):
    did(person("jane")), did(person("joe"), "opened")
    both = {"all": [viewed("exists"), {"purchase_total": "USD", "op": "lt", "value": 1}, viewed("at_most", 3)]}
    condition = filters.condition(both, NOW, "profile__")
    with django_assert_num_queries(1):
        assert [event.name for event in Event.objects.filter(condition)] == ["viewed"]
    with django_assert_num_queries(1):
        assert [event.name for event in Event.objects.exclude(condition)] == ["opened"]


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        ({"event": 5, "op": "exists"}, "filter.event", "name of an event"),
        ({"event": "a\x00", "op": "exists"}, "filter.event", "name of an event"),
        ({"purchase": "", "op": "exists"}, "filter.purchase", "product id"),
        (viewed("gt", 1), "filter.op", "at_least, at_most, is, exists"),
        (viewed("at_least"), "filter.value", "whole number"),
        (viewed("at_least", True), "filter.value", "whole number"),
        (viewed("at_least", -1), "filter.value", "whole number"),
        (viewed("exists", 1), "filter.value", "takes no value"),
        (viewed("exists", within="P1M"), "filter.within", "Months and years"),
        (viewed("exists", where={}), "filter.where", "Write a list"),
        (viewed("exists", where=[{"property": "a", "op": "exists"}] * 11), "filter.where", "at most 10"),
        (viewed("exists", where=[5]), "filter.where[0]", "condition like"),
        (viewed("exists", where=[{"property": "", "op": "exists"}]), "filter.where[0].property", "name of a property"),
        (viewed("exists", where=[{"property": "a", "op": "gt", "value": "b"}]), "filter.where[0].op", "a is a text"),
        (viewed("exists", where=[{"property": "a", "op": "is"}]), "filter.where[0].value", "Write a text"),
        (viewed("exists", where=[{"property": "a", "op": "exists", "value": 1}]), "filter.where[0].value", "no value"),
        (
            {"purchase": "any", "op": "exists", "where": [{"property": "price", "op": "contains", "value": "9"}]},
            "filter.where[0].op",
            "price is a number",
        ),
        (viewed("exists", when="P1D"), "filter.when", "Known here: event, op, value, within, where"),
        ({"purchase_total": "dollars", "op": "gte", "value": 1}, "filter.purchase_total", "ISO 4217"),
        ({"purchase_total": "USD", "op": "is", "value": 1}, "filter.op", "gt, gte, lt, lte"),
        ({"purchase_total": "USD", "op": "gte", "value": 1e300}, "filter.value", "too large"),
        ({"purchase_total": "USD", "op": "gte", "value": "1"}, "filter.value", "Write a number"),
    ],
)
def test_it_says_where_and_what_to_write(document, path, words):
    assert words in refusals(document)[path]


def test_each_condition_on_a_property_counts():
    many = viewed("exists", where=[{"property": "a", "op": "exists"}] * 10)
    assert "at most 200 conditions" in " ".join(refusals({"all": [many] * 19}).values())


# --- The same in plain Python -----------------------------------------------------------------------------------

AGO = st.sampled_from([timedelta(0), DAY, DAY + timedelta(seconds=1), -DAY, timedelta(hours=3)])
VALUES = st.sampled_from(["a", "A", "b", "", 1, 1.5, 0, True, False, None, ["a"]])
deeds = st.tuples(st.sampled_from(["viewed", "opened"]), AGO, st.dictionaries(st.sampled_from(["x", "y"]), VALUES))
prices = st.decimals(-5, 20, places=2)
buys = st.tuples(st.sampled_from("AB"), AGO, prices, st.integers(1, 3), st.sampled_from(["USD", "EUR"]))
crowds = st.lists(st.tuples(st.lists(deeds, max_size=4), st.lists(buys, max_size=3)), min_size=1, max_size=4)
spans = st.sampled_from([{}, {"within": "P1D"}, {"within": "PT3H"}])
counts = st.one_of(
    st.tuples(st.sampled_from(["at_least", "at_most", "is"]), st.integers(0, 3)).map(
        lambda one: {"op": one[0], "value": one[1]}
    ),
    st.sampled_from([{"op": "exists"}, {"op": "not_exists"}]),
)
checks = st.one_of(
    st.sampled_from([{"op": "exists"}, {"op": "not_exists"}, {"op": "is_any_of", "value": [1, 1.5]}]),
    st.tuples(st.sampled_from(["is", "is_not"]), st.sampled_from(["a", 1, 1.5, True])).map(
        lambda one: {"op": one[0], "value": one[1]}
    ),
    st.sampled_from([{"op": "gt", "value": 0}, {"op": "lte", "value": 1}, {"op": "contains", "value": "A"}]),
)
wheres = st.lists(
    st.tuples(st.sampled_from(["x", "y"]), checks).map(lambda one: {"property": one[0]} | one[1]), max_size=2
)
of_purchases = st.lists(
    st.sampled_from(
        [{"property": "price", "op": op, "value": value} for op in ("gt", "lte", "is") for value in (0, 2.5, 10)]
        + [{"property": "quantity", "op": "is_any_of", "value": [1, 3]}]
        + [{"property": "currency", "op": op, "value": "usd"} for op in ("is", "is_not")]
        + [{"property": "price", "op": op} for op in ("exists", "not_exists")]
    ),
    max_size=2,
)
leaves = st.one_of(
    st.tuples(counts, spans, wheres).map(lambda one: {"event": "viewed", **one[0], **one[1], "where": one[2]}),
    st.tuples(st.sampled_from(["any", "A"]), counts, spans, of_purchases).map(
        lambda one: {"purchase": one[0], **one[1], **one[2], "where": one[3]}
    ),
    st.tuples(st.sampled_from(["gt", "gte", "lt", "lte"]), st.integers(-5, 20), spans).map(
        lambda one: {"purchase_total": "USD", "op": one[0], "value": one[1], **one[2]}
    ),
)
documents = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3).flatmap(lambda some: st.sampled_from([{"all": some}, {"any": some}]))
        | inner.map(lambda one: {"not": one})
    ),
    max_leaves=4,
)
SPANS = {"P1D": DAY, "PT3H": timedelta(hours=3)}


def recent(ago: timedelta, document: dict) -> bool:
    return "within" not in document or timedelta(0) <= ago <= SPANS[document["within"]]


def holds(document: dict, events: list, purchases: list) -> bool:
    if "not" in document:
        return not holds(document["not"], events, purchases)
    for key, join in (("all", all), ("any", any)):
        if key in document:
            return join(holds(one, events, purchases) for one in document[key])
    if "event" in document:
        mine = [one for one in events if one[0] == "viewed" and recent(one[1], document)]
        return fits(document, sum(all(meets(one[2], check) for check in document["where"]) for one in mine))
    mine = [one for one in purchases if recent(one[1], document)]
    if "purchase" in document:
        bought = [one for one in mine if document["purchase"] in ("any", one[0])]
        known = [{"price": float(one[2]), "quantity": one[3], "currency": one[4]} for one in bought]
        return fits(document, sum(all(meets(one, check) for check in document["where"]) for one in known))
    total, limit = sum(one[2] * one[3] for one in mine if one[4] == "USD"), document["value"]
    return {"gt": total > limit, "gte": total >= limit, "lt": total < limit, "lte": total <= limit}[document["op"]]


def fits(document: dict, count: int) -> bool:
    limit = document.get("value", 1)
    return {"at_least": count >= limit, "at_most": count <= limit, "is": count == limit, "exists": count > 0,
            "not_exists": count == 0}[document["op"]]  # fmt: skip


def meets(properties: dict, check: dict) -> bool:
    own, op, value = properties.get(check["property"]), check["op"], check.get("value")
    if op in ("is_not", "not_exists"):
        return not meets(properties, check | {"op": {"is_not": "is", "not_exists": "exists"}[op]})
    if own is None or own == "" or isinstance(own, list):
        return False
    if op == "exists":
        return True
    if kind(own) != kind(value[0] if op == "is_any_of" else value):
        return False
    if op == "is_any_of":
        return own in value
    own, value = (one.lower() if isinstance(one, str) else one for one in (own, value))
    return {"is": lambda: own == value, "gt": lambda: own > value, "lte": lambda: own <= value,
            "contains": lambda: value in own}[op]()  # fmt: skip


def kind(one) -> str:
    return "boolean" if isinstance(one, bool) else "number" if isinstance(one, int | float) else type(one).__name__


@settings(max_examples=often(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(crowd=crowds, documents=st.lists(documents, min_size=3, max_size=5))
def test_sql_says_the_same_as_plain_python(crowd, documents):
    Event.objects.all().delete(), Purchase.objects.all().delete(), Profile.objects.all().delete()
    people: dict[str, tuple] = defaultdict(tuple)
    for at, (events, purchases) in enumerate(crowd):
        profile = person(str(at))
        people[str(at)] = (events, purchases)
        for name, ago, properties in events:
            did(profile, name, ago, **properties)
        for product, ago, price, quantity, currency in purchases:
            bought(profile, price, quantity, product, currency, ago)
    for document in documents:
        assert found(document) == {name for name, theirs in people.items() if holds(document, *theirs)}, document
