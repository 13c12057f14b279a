"""Unsubscribing: the link in a message, a mail program's own button, and the hand of a marketer."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from audiences import erasure
from audiences.models import Profile
from integrations.mail import suppression
from integrations.mail.models import Suppression
from tests.cast import fate, launch, message, people, tick, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(now) -> str:
    """Of the message that Ann got."""
    people(1, email="Ann@example.com")
    launch(message(), at=now)
    tick(now)
    return mail.outbox[0].extra_headers["List-Unsubscribe"][1:-1].removeprefix("https://audience.example.com")


def test_looking_at_the_link_unsubscribes_nobody(link, client):
    page = client.get(link).content.decode()
    assert "Unsubscribe from e-mail?" in page and "ann" not in page.lower()
    assert not Suppression.objects.exists()


def test_the_button_does_and_nothing_more_is_written(link, client, now):
    assert "You are unsubscribed" in client.post(link).content.decode()
    client.post(link)
    canvas = launch(message(), name="Again", at=now)
    tick(now)
    assert fate(canvas, "mail") == {"unsubscribed": 1} and len(mail.outbox) == 1


def test_a_mail_program_does_it_without_cookie_or_form(link):
    program = Client(enforce_csrf_checks=True)
    answer = program.post(link, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
    assert answer.status_code == 200 and Suppression.objects.count() == 1


def test_the_address_stays_suppressed_whoever_has_it_and_she_whatever_address_she_has(link, client, now):
    client.post(link)
    Profile.objects.update(email="ann@new.example")
    people(1, email=" ANN@example.com")
    canvas = launch(message(), name="Again", at=now)
    tick(now)
    assert fate(canvas, "mail") == {"unsubscribed": 2}


def test_who_is_erased_and_comes_again_is_still_not_written_to(link, client, now):
    client.post(link)
    erasure.erase(["p0"], now)
    assert Suppression.objects.get().profile_id is None
    people(1, email="ann@example.com")
    canvas = launch(message(), name="Again", at=now)
    tick(now)
    assert fate(canvas, "mail") == {"unsubscribed": 1}


def test_a_link_from_before_an_erasure_still_works_for_the_address(link, client, now):
    erasure.erase(["p0"], now)
    assert client.post(link).status_code == 200
    assert suppression.of(Profile(email="ann@example.com")).exists()


@pytest.mark.parametrize("token", ["preview", "1-abc", "1-abc.def", "x.y"])
def test_a_link_that_is_not_ours_does_nothing(db, client, token):
    for method in (client.get, client.post):
        assert method(reverse("integrations:unsubscribe", args=[token])).status_code == 404
    assert not Suppression.objects.exists()


def test_a_marketer_stops_and_allows_it_by_hand(client, now):
    person = people(1)[0]
    client.force_login(user("Marketer"))
    at = reverse("integrations:subscription", args=[person.pk])
    client.post(at)
    page = client.get(reverse("audiences:profile", args=[person.pk])).content.decode()
    assert "Unsubscribed</b> since" in page and "marketer@example.com" in page
    canvas = launch(message(), at=now)
    tick(now)
    assert fate(canvas, "mail") == {"unsubscribed": 1}
    client.post(at, {"lift": "on"})
    assert not Suppression.objects.exists()


@pytest.fixture
def household(client, now) -> list[Profile]:
    """Two people of one address, who both unsubscribed."""
    people(2, email="home@example.com")
    launch(message(), at=now)
    tick(now)
    for letter in mail.outbox:
        client.post(letter.extra_headers["List-Unsubscribe"][1:-1].removeprefix("https://audience.example.com"))
    return list(Profile.objects.order_by("pk"))


def test_each_of_those_who_have_an_address_is_known_to_have_unsubscribed(household, now):
    assert set(Suppression.objects.values_list("profile", flat=True)) == {one.pk for one in household}
    for one in household:
        Profile.objects.filter(pk=one.pk).update(email=f"{one.external_id}@new.example")
    canvas = launch(message(), name="Again", at=now)
    tick(now)
    assert fate(canvas, "mail") == {"unsubscribed": 2}


def test_who_allows_it_for_one_does_not_undo_what_another_said(household, client):
    client.force_login(user("Marketer"))
    one, other = household
    page = client.post(reverse("integrations:subscription", args=[one.pk]), {"lift": "on"}, follow=True)
    assert "Somebody else with the same e-mail unsubscribed" in page.content.decode()
    assert [row.profile_id for row in Suppression.objects.all()] == [other.pk]
    client.post(reverse("integrations:subscription", args=[other.pk]), {"lift": "on"})
    assert not suppression.of(one).exists()


def test_what_an_erasure_left_can_be_lifted_for_who_came_again(household, client, now):
    erasure.erase(["p0", "p1"], now)
    [again] = people(1, email="home@example.com")
    assert Suppression.objects.filter(profile=None).count() == 2 and suppression.of(again).exists()
    assert suppression.lift(again) and not suppression.of(again).exists()
