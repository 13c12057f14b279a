"""People over the API: tracked, read, erased."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from audiences.models import CustomAttribute, Erasure, Event, EventName, Profile, Purchase
from config.team.models import AuditEvent
from tests.api.caller import paths

pytestmark = pytest.mark.django_db


def track(shop, *people: dict) -> list[tuple[int, str]]:
    """Tracks attributes; returns the (index, sentence) of those that were refused."""
    answer = shop.post("/users/track", {"attributes": list(people)})
    assert answer.status_code == 201, answer.content
    assert answer.data["message"] == "success"
    assert answer.data["attributes_processed"] == len(people) - len(answer.data["errors"])
    assert all(error["input_array"] == "attributes" for error in answer.data["errors"])
    return [(error["index"], error["type"]) for error in answer.data["errors"]]


def jane(shop) -> dict:
    answer = shop.get("/users/jane")
    assert answer.status_code == 200
    return {name: value for name, value in answer.data.items() if value and not name.endswith("_at")}


def test_who_is_new_is_made_and_who_is_known_gets_what_is_news(shop):
    assert track(shop, {"external_id": "jane", "email": "jane@example.com", "country": "US", "plan": "gold"}) == []
    assert track(shop, {"external_id": "jane", "country": "CA", "visits": 3}) == []
    assert jane(shop) == {
        "external_id": "jane", "email": "jane@example.com", "country": "CA",
        "custom_attributes": {"plan": "gold", "visits": 3},
    }  # fmt: skip


def test_aliases_of_the_best_known_product_are_understood(shop):
    assert track(shop, {"external_id": "jane", "dob": "1990-12-31", "home_city": "Ghent"}) == []
    assert jane(shop)["date_of_birth"] == "1990-12-31" and jane(shop)["city"] == "Ghent"
    [(index, why)] = track(shop, {"external_id": "jane", "dob": "1990-12-31", "date_of_birth": "1990-12-30"})
    assert index == 0 and "dob" in why


def test_a_number_beyond_whole_ones_of_64_bits_comes_back(shop):
    assert track(shop, {"external_id": "jane", "stars": 2e19}) == []
    assert jane(shop)["custom_attributes"] == {"stars": 2e19}


def test_null_clears_and_what_is_not_named_stays(shop):
    known = {"email": "j@example.com", "city": "Ghent", "date_of_birth": "1990-12-31", "plan": "gold", "visits": 3}
    track(shop, {"external_id": "jane"} | known, {"external_id": "joe", "email": "joe@example.com", "plan": "tin"})
    cleared = {"email": None, "date_of_birth": None, "plan": None, "city": "", "never_known": None}
    assert track(shop, {"external_id": "jane"} | cleared) == []
    assert jane(shop) == {"external_id": "jane", "custom_attributes": {"visits": 3}}
    joe = shop.get("/users/joe").data
    assert (joe["email"], joe["custom_attributes"]) == ("joe@example.com", {"plan": "tin"})
    assert not CustomAttribute.objects.filter(name="never_known").exists()


def test_of_two_objects_of_one_person_the_later_counts(shop):
    first = {"external_id": "jane", "email": "a@example.com", "city": "Ghent", "plan": "gold", "visits": 1}
    second = {"external_id": "jane", "email": None, "city": "Bruges", "plan": None, "visits": 2}
    assert track(shop, first, second) == []
    assert jane(shop) == {"external_id": "jane", "city": "Bruges", "custom_attributes": {"visits": 2}}


def test_new_attributes_are_registered_with_the_type_of_their_values(shop):
    values = {"plan": "gold", "visits": 3, "vip": True, "last_seen": "2026-11-01T09:00:00+01:00"}
    assert track(shop, {"external_id": "jane"} | values) == []
    types = {"plan": "text", "visits": "number", "vip": "boolean", "last_seen": "time"}
    assert dict(CustomAttribute.objects.values_list("name", "type")) == types
    assert jane(shop)["custom_attributes"]["last_seen"] == "2026-11-01T08:00:00Z"


def test_texts_of_which_only_some_are_times_are_texts(shop):
    assert track(shop, {"external_id": "a", "due": "2026-11-01"}, {"external_id": "b", "due": "soon"}) == []
    assert CustomAttribute.objects.get().type == "text"


def test_bad_objects_are_told_by_their_place_and_good_ones_are_kept(shop):
    track(shop, {"external_id": "jane", "visits": 3, "last_seen": "2026-11-01T09:00:00Z"})
    refused = track(
        shop, {"external_id": "a"}, {}, "b", {"external_id": " "}, {"external_id": 5}, {"external_id": "c", "email": 5},
        {"external_id": "d", "visits": "3"}, {"external_id": "e", "visits": True}, 
        {"external_id": "f", "last_seen": "x"},
        {"external_id": "g", "dob": "31.12.1990"}, {"external_id": "h", "list": [1]}, 
        {"external_id": "i", "plan": "x\x00"},
        {"external_id": "j", "n" * 101: 1}, {"external_id": "k", "zip": "1" * 33}, {"external_id": "l"},
    )  # fmt: skip
    assert [index for index, _ in refused] == list(range(1, 14))
    assert set(Profile.objects.values_list("external_id", flat=True)) == {"jane", "a", "l"}
    sentences = dict(refused)
    assert (
        sentences[5].startswith("email: ")
        and sentences[6] == "visits: Write a number, such as 5 or 2.5, without quotes."
    )
    assert "31.12" not in sentences[9]


def test_events_and_purchases_are_kept_and_make_who_is_unknown(shop):
    track(shop, {"external_id": "jane", "email": "jane@example.com"})
    updated = Profile.objects.get().updated_at
    event = {"external_id": "jane", "name": "viewed", "time": "2026-11-01T09:00:00+01:00", "properties": {"sku": "A"}}
    bought = {"external_id": "joe", "product_id": "A", "currency": "usd", "price": 12.5, "time": "2026-11-01"}
    wrong = [{"external_id": "ann", "name": "viewed"}, event | {"properties": {"a": "\x00"}}, event | {"when": 1}]
    odd = [
        bought | {"price": "12.5"},
        bought | {"quantity": 0},
        bought | {"currency": "dollar"},
        bought | {"time": "x"},
    ]
    answer = shop.post("/users/track", {"events": [*wrong, event], "purchases": [bought, *odd]})
    assert answer.status_code == 201
    assert (answer.data["events_processed"], answer.data["purchases_processed"]) == (1, 1)
    places = [(error["input_array"], error["index"]) for error in answer.data["errors"]]
    assert places == [("events", 0), ("events", 1), ("events", 2), *(("purchases", at) for at in (1, 2, 3, 4))]
    assert list(EventName.objects.values_list("name", flat=True)) == ["viewed"]
    assert Event.objects.get().time.isoformat() == "2026-11-01T08:00:00+00:00"
    purchase = Purchase.objects.get()
    assert (purchase.profile.external_id, purchase.currency, float(purchase.price)) == ("joe", "USD", 12.5)
    assert Profile.objects.get(external_id="jane").updated_at == updated
    assert not Profile.objects.filter(external_id="ann").exists()


def test_a_call_that_makes_no_sense_keeps_nothing(shop):
    assert paths(shop.post("/users/track", {})) == ["$"]
    assert paths(shop.post("/users/track", {"people": [], "attributes": {}})) == ["people", "attributes"]
    many = [{"external_id": str(number)} for number in range(600)]
    assert paths(shop.post("/users/track", {"attributes": many, "events": many})) == ["$"]
    assert not Profile.objects.exists()


def test_the_queries_of_a_call_do_not_grow_with_its_objects(shop):
    def sent(count: int) -> dict:
        """Of each three objects one person, one event of somebody, one purchase of somebody else."""
        at, bought = {"time": "2026-11-01T09:00:00Z"}, {"product_id": "A", "currency": "USD", "price": 1.5}
        said = {"city": None, "plan": "gold", "email": "x@example.com"}
        return {
            "attributes": [{"external_id": f"p{n}"} | said for n in range(0, count, 3)],
            "events": [{"external_id": f"p{n}", "name": "did"} | at for n in range(1, count, 3)],
            "purchases": [{"external_id": f"p{n}"} | bought | at for n in range(2, count, 3)],
        }  # fmt: skip

    took, parts = {}, 0 if database.vendor == "postgresql" else 3
    """Django inserts at most 999 values a statement on SQLite."""
    for count in (3, 10, 1000):
        with CaptureQueriesContext(database) as captured:
            answer = shop.post("/users/track", sent(count))
        assert answer.data["errors"] == [] and Profile.objects.count() == count
        took[count] = len(captured)
    assert took[1000] - parts == took[10] <= 16, took


def test_external_ids_may_hold_anything_that_can_be_stored(shop):
    for odd in ("a/b", "a b", "é", "50%", "a\nb"):
        assert track(shop, {"external_id": odd}) == []
    assert shop.get("/users/a/b").data["external_id"] == "a/b"
    assert shop.get("/users/a%0Ab").data["external_id"] == "a\nb"
    assert shop.get("/users/50%25").data["external_id"] == "50%"
    assert shop.get("/users/nobody").status_code == shop.get("/users/a%00b").status_code == 404


def test_who_is_erased_is_gone_with_all_she_did(shop):
    event = {"external_id": "jane", "name": "viewed", "time": "2026-11-01T09:00:00Z"}
    shop.post("/users/track", {"attributes": [{"external_id": "joe"}], "events": [event]})
    answer = shop.post("/users/delete", {"external_ids": ["jane", "nobody", "a\x00b"]})
    receipt = Erasure.objects.get()
    assert answer.data == {"deleted": 1, "receipts": [{"external_id": "jane", "receipt": receipt.number}]}
    assert shop.get("/users/jane").status_code == 404
    assert Profile.objects.get().external_id == "joe" and not Event.objects.exists()
    assert "jane" not in str(list(AuditEvent.objects.values()))
    assert shop.post("/users/delete", {"external_ids": ["jane"]}).data == {"deleted": 0, "receipts": []}
