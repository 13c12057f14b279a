"""User Update: what people have afterwards, and who hears of it."""

import pytest

from audiences import changes
from audiences.models import CustomAttribute, Profile
from canvas.document import draft_of
from canvas.launch import problems
from tests.cast import draft, launch, tick, user

pytestmark = pytest.mark.django_db


def update(**settings) -> dict:
    return {"key": "update", "type": "user_update", "settings": settings, "next": {}}


def test_attributes_are_set_added_to_and_taken_away(now):
    CustomAttribute.objects.create(name='it\'s "a" plan', type="text")
    CustomAttribute.objects.create(name="points", type="number")
    Profile.objects.create(external_id="ann", city="Paris", attributes={"points": 5, "trial": True, "kept": "yes"})
    Profile.objects.create(external_id="bob", attributes={"points": 1.5})
    canvas = launch(
        update(
            set={"city": "Rome", 'it\'s "a" plan': "gold"}, add={"points": 10, "visits": 1}, remove=["trial", "zip"]
        ),
        at=now,
    )
    tick(now)
    ann, bob = Profile.objects.order_by("external_id")
    assert (ann.city, bob.city) == ("Rome", "Rome")
    assert ann.attributes == {"points": 15, 'it\'s "a" plan': "gold", "kept": "yes", "visits": 1}
    assert bob.attributes == {"points": 11.5, 'it\'s "a" plan': "gold", "visits": 1}
    assert str(ann.attributes["points"]) == "15"
    assert CustomAttribute.objects.get(name="visits").type == "number"
    assert canvas.steps.get().type == "user_update"


def test_who_must_know_of_a_changed_field_is_told_of_those_whose_field_changes(now, monkeypatch):
    told = []
    monkeypatch.setattr(changes, "LISTENERS", [told.append])
    ann = Profile.objects.create(external_id="ann", email="a@example.com")
    Profile.objects.create(external_id="bob", email="b@example.com", date_of_birth="1990-01-01")
    launch(update(set={"email": "b@example.com"}, remove=["date_of_birth"]), at=now)
    tick(now)
    bob = Profile.objects.get(external_id="bob")
    assert told == [{ann.pk: {"email"}, bob.pk: {"date_of_birth"}}]
    assert (bob.date_of_birth, Profile.objects.filter(email="b@example.com").count()) == (None, 2)


WRONG = [
    ({}, "Nothing is updated"),
    ({"set": {"plan": 3}}, "plan: Write a text"),
    ({"add": {"plan": 3}}, "plan: Only numbers"),
    ({"set": {"plan": "a"}, "remove": ["plan"]}, "only one of these"),
]


@pytest.mark.parametrize(("settings", "words"), WRONG)
def test_what_can_not_be_done_stops_the_launch(settings, words, now):
    CustomAttribute.objects.create(name="plan", type="text")
    found = [problem for problem in problems(draft_of(draft(update(**settings)), now)) if problem.step == "update"]
    assert [problem.id for problem in found] == ["canvas.E004"] and words in found[0].message


def test_the_editor_keeps_types(client):
    CustomAttribute.objects.create(name="code", type="text")
    canvas = draft(update())
    client.force_login(user("Marketer"))
    rows = [
        ("set", "code", "12"),
        ("set", "vip", "true"),
        ("set", "size", "2,5"),
        ("add", "points", "3"),
        ("remove", "zip", ""),
    ]
    sent = {
        f"rows-{at}-{part}": value
        for at, row in enumerate(rows)
        for part, value in zip(("do", "name", "value"), row, strict=True)
    }
    assert client.post(f"/canvases/{canvas.pk}/steps/update/", sent | {"edition": 1}).status_code == 302
    canvas.refresh_from_db()
    assert canvas.document["steps"][0]["settings"] == {
        "set": {"code": "12", "vip": True, "size": 2.5}, "add": {"points": 3}, "remove": ["zip"],
    }  # fmt: skip
    wrong = client.post(f"/canvases/{canvas.pk}/steps/update/", sent | {"edition": 2, "rows-3-value": "many"})
    assert "points: Write a number" in wrong.content.decode()


def test_an_attribute_is_added_to_the_editor(client):
    canvas = draft(update())
    client.force_login(user("Marketer"))
    one = {"rows-0-do": "set", "rows-0-name": "city", "rows-0-value": "Rome"}
    drawn = client.post(f"/canvases/{canvas.pk}/steps/update/preview/", one | {"act": "add"}).content.decode()
    assert 'value="Rome"' in drawn and 'name="rows-1-value" value=""' in drawn
