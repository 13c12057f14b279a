"""Changing a person by hand: read as strictly as what programs send, and nobody's change is lost in silence."""

import pytest
from django.urls import reverse

from audiences.models import CustomAttribute, Profile
from config.team.models import AuditEvent
from tests.cast import user
from tests.factories import ProfileFactory
from tests.html_forms import posted

pytestmark = pytest.mark.django_db
TYPES = {"hobby": "text", "score": "number", "vip": "boolean", "seen": "time"}
KNOWN = {"hobby": "sailing", "score": 7, "vip": True, "seen": "2026-01-02T10:00:00Z", "other": ["kept"]}


@pytest.fixture
def key(db) -> dict[str, str]:
    """The fields of custom attributes."""
    rows = [CustomAttribute.objects.create(name=name, type=type) for name, type in TYPES.items()]
    return {row.name: f"custom_{row.pk}" for row in rows}


@pytest.fixture
def jane(key) -> Profile:
    return ProfileFactory(external_id="jane", email="jane@example.com", city="Rome", attributes=dict(KNOWN))


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


def page(who: Profile) -> str:
    return reverse("audiences:profile_edit", args=[who.pk])


def shown(client, who: Profile) -> dict:
    return posted(client.get(page(who)).content.decode()).dict()


def faults(answer) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["form"].errors)


def test_only_what_was_changed_is_written(marketer, jane, key):
    fields = shown(marketer, jane)
    Profile.objects.update(first_name="Joanna")
    news = {"city": "Oslo", "email": "", "date_of_birth": "1990-02-03", key["score"]: "8.5", key["vip"]: "false",
            key["seen"]: "2026-03-04T05:06:07", key["hobby"]: ""}  # fmt: skip
    assert marketer.post(page(jane), fields | news).status_code == 302
    jane.refresh_from_db()
    assert (jane.first_name, jane.city, jane.email, str(jane.date_of_birth)) == ("Joanna", "Oslo", "", "1990-02-03")
    assert jane.attributes == {"score": 8.5, "vip": False, "seen": "2026-03-04T05:06:07Z", "other": ["kept"]}
    line = AuditEvent.objects.get()
    assert (line.action, line.target) == ("profile.changed", f"profile {jane.pk}")
    assert line.details == {"attributes": ["city", "date_of_birth", "email", "hobby", "score", "seen", "vip"]}


def test_what_was_not_touched_stays_to_the_letter_and_is_not_judged(marketer, jane):
    odd = {"hobby": "  x ", "score": "n/a", "seen": "long ago", "vip": 5}
    Profile.objects.update(city=" Rome", phone="?" * 64, attributes=odd)
    before, fields = Profile.objects.values().get(), shown(marketer, jane)
    assert marketer.post(page(jane), fields).status_code == 302
    assert Profile.objects.values().get() == before and not AuditEvent.objects.exists()


def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_kept(marketer, jane, key):
    wrong = {"date_of_birth": "yesterday", "first_name": "x" * 256, "city": "Oslo", key["score"]: "many",
             key["vip"]: "perhaps", key["seen"]: "soon"}  # fmt: skip
    found = faults(marketer.post(page(jane), shown(marketer, jane) | wrong))
    assert found.keys() == wrong.keys() - {"city"}
    assert "Write a date" in found["date_of_birth"][0] and "255 characters" in found["first_name"][0]
    jane.refresh_from_db()
    assert jane.city == "Rome" and not AuditEvent.objects.exists()


def test_a_change_by_somebody_else_is_told_before_it_is_overwritten(marketer, jane):
    fields = shown(marketer, jane) | {"city": "Oslo"}
    Profile.objects.update(city="Bergen", zip="5003")
    answer = marketer.post(page(jane), fields)
    assert faults(answer) == {
        "city": ["This was changed meanwhile, to “Bergen”. Save again to put yours in its place."]
    }
    assert Profile.objects.get().city == "Bergen"
    assert marketer.post(page(jane), posted(answer.content.decode()).dict()).status_code == 302
    assert (Profile.objects.get().city, Profile.objects.get().zip) == ("Oslo", "5003")


def test_the_same_change_by_both_is_no_conflict(marketer, jane):
    assert marketer.post(page(jane), {"csrfmiddlewaretoken": "x"}).status_code == 302
    fields = shown(marketer, jane) | {"city": "Oslo"}
    Profile.objects.update(city="Oslo")
    assert marketer.post(page(jane), fields).status_code == 302


def test_who_may_not_see_or_change_may_not_edit(client, jane):
    client.force_login(user("Viewer"))
    assert client.get(page(jane)).status_code == client.post(page(jane), {"city": "Oslo"}).status_code == 403
    assert page(jane).encode() not in client.get(reverse("audiences:profile", args=[jane.pk])).content


def test_what_she_did_stands_on_her_page_and_is_masked(client, jane, now):
    jane.events.create(name="viewed", time=now, properties={"sku": "A-1", "gift": True})
    jane.purchases.create(
        product_id="boots", currency="EUR", price="19.5", quantity=2, time=now, properties={"x": "me"}
    )
    for _ in range(11):
        jane.events.create(name="opened", time=now, properties={})
    words = {}
    for role in ("Marketer", "Viewer"):
        client.force_login(user(role))
        words[role] = " ".join(client.get(reverse("audiences:profile", args=[jane.pk])).content.decode().split())
        assert "39.00 EUR in 1 purchase" in words[role] and "opened 11 · viewed 1" in words[role]
        assert "The latest 10 of 12 are shown." in words[role]
    assert "x: me" in words["Marketer"]
    assert "x: me" not in words["Viewer"] and "x: <span" in words["Viewer"]
