"""Erasing a person on her page, and the receipts: listed, found, and true. Nothing personal is kept or shown."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audiences import erasure
from audiences.models import Erasure, Profile
from config.team.models import AuditEvent
from tests.cast import TOKEN, facebook_step, launch, people, tick, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


@pytest.fixture
def jane(connection, sandbox, now) -> Profile:
    """Sent to a custom audience that lets anybody go."""
    sandbox.settings(delete_minimum=0)
    people(2)
    jane = Profile.objects.create(external_id="jane@example.com", email="jane@example.com", first_name="Jane")
    launch(facebook_step(), at=now)
    tick(now)
    return jane


def erase(client, person: Profile):
    return client.post(reverse("audiences:profile_erase", args=[person.pk]), follow=True)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_a_person_is_erased_after_being_asked_and_leaves_a_receipt(marketer, jane):
    asked = text(marketer.get(reverse("audiences:profile_erase", args=[jane.pk])))
    assert "Erase Jane?" in asked and "can't be undone" in asked and Profile.objects.count() == 3
    answer = erase(marketer, jane)
    receipt = Erasure.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("audiences:erasure", args=[receipt.number])
    assert "Erased here; 0 of 1 done outside" in text(answer) and Profile.objects.count() == 2
    tick(timezone.now())
    told = text(marketer.get(reverse("audiences:erasure", args=[receipt.number])))
    assert "Erased, here and everywhere" in told and "Removed" in told and "Win back" in told


def test_who_was_never_sent_has_a_receipt_as_well(marketer, jane):
    stranger = Profile.objects.create(external_id="stranger")
    assert "the person was sent nowhere" in text(erase(marketer, stranger))


def test_a_receipt_is_found_by_external_id_and_number_and_in_no_address(marketer, jane):
    erase(marketer, jane)
    receipt, search = Erasure.objects.get(), reverse("audiences:erasures_search")
    for term in ("jane@example.com", " jane@example.com ", receipt.number, receipt.number.lower()):
        assert receipt.number in text(marketer.post(search, {"q": term})), term
    for term in ("jane", "JANE@example.com", "nobody"):
        assert "No receipt is found." in text(marketer.post(search, {"q": term})), term
    assert {marketer.post(search, {"q": term}).status_code for term in ("", "a\x00b")} == {302}
    assert receipt.number in text(marketer.get(reverse("audiences:erasures")))


def test_nothing_of_her_is_kept_in_clear(marketer, jane):
    erase(marketer, jane)
    rows = [*Erasure.objects.values(), *AuditEvent.objects.filter(action="people.erased").values()]
    assert "jane" not in str(rows).lower()
    assert AuditEvent.objects.get(action="people.erased").details == {"receipts": [Erasure.objects.get().number]}


def test_a_receipt_says_why_it_waits_and_what_helps(marketer, jane, sandbox):
    sandbox.revoke(TOKEN)
    erase(marketer, jane)
    tick(timezone.now())
    told = text(marketer.get(reverse("audiences:erasure", args=[Erasure.objects.get().number])))
    assert "token is not accepted any more" in told and "Replace it on Technology Partners." in told


def test_a_receipt_that_ended_badly_says_what_to_do(marketer, jane, sandbox, now):
    sandbox.settings(delete_minimum=100)
    number = erasure.erase([jane.external_id], now)[jane.external_id].number
    tick(now), tick(now + timedelta(days=30))
    told = text(marketer.get(reverse("audiences:erasure", args=[number])))
    assert "Erased here, but not everywhere" in told and "takes everybody out of it" in told
    assert "Not removed, 0 of 1" in text(marketer.get(reverse("audiences:erasures")))


def test_the_list_is_empty_at_first_and_says_so(marketer):
    assert "Nobody was erased yet." in text(marketer.get(reverse("audiences:erasures")))


def test_only_who_may_erase_sees_any_of_it(client, jane):
    client.force_login(user("Viewer"))
    assert "Erase" not in text(client.get(reverse("audiences:profile", args=[jane.pk])))
    assert erase(client, jane).status_code == 403 and Profile.objects.count() == 3
