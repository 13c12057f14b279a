"""The buttons and pages of what a person may do: who may, what is asked and said, and what the audit log keeps."""

import csv
from datetime import timedelta

import pytest
from django.utils import timezone

from canvas import launch as launching
from config.team.models import AuditEvent
from integrations import ledger, outbox, pauses
from integrations.errors import AudienceGone
from integrations.models import Attempt, CustomAudience, SyncBatch
from tests.cast import facebook_step, fate, launch, people, tick, user
from tests.states import in_every_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything(connection, sandbox, settings, now):
    return in_every_state(sandbox, settings, now)


@pytest.fixture
def gone(connection, sandbox, now):
    """Sent, deleted at Facebook since, and somebody waits."""
    people(3)
    canvas = launch(facebook_step(), at=now)
    tick(now)
    audience = CustomAudience.objects.get()
    sandbox.delete_audience(audience.partner_id)
    pauses.pause(audience, AudienceGone(), now)
    return canvas


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def step_path(canvas, word: str) -> str:
    return f"/partners/steps/{canvas.steps.get(key='fb').pk}/{word}"


def recreate_path() -> str:
    return f"/partners/audiences/{CustomAudience.objects.get().pk}/recreate/"


def last_event() -> tuple:
    event = AuditEvent.objects.latest("pk")
    return event.action, event.target, event.actor.email, event.details


class TestRetry:
    def test_it_asks_before_it_opens_again_what_was_given_up(self, marketer, everything):
        page = text(marketer.get(f"/canvases/{everything.pk}/analytics/fb/"))
        assert 'data-confirm-also="again" data-confirm-also-words="Send the 4 given up again too"' in page
        assert 'data-confirm="Send the 4 given up again?' in page

    def test_what_waits_is_tried_and_the_rest_stays(self, marketer, everything):
        page = text(marketer.post(step_path(everything, "retry/"), {"next": "/canvases/"}, follow=True))
        assert "Trying again now: 7 people." in page and fate(everything)["not_synced"] == 5
        details = {"step": everything.steps.get(key="fb").pk, "people": 7, "given_up": 0}
        assert last_event() == ("sync.retried", "fb of Win back", "marketer@example.com", details)

    def test_with_the_rest(self, marketer, everything):
        page = text(marketer.post(step_path(everything, "retry/"), {"again": "on"}, follow=True))
        assert "Trying again now: 11 people. 4 of them had been given up." in page

    def test_where_nobody_waits_it_says_so(self, marketer, gone):
        assert "Nobody waits any more." in text(marketer.post(step_path(gone, "retry/"), follow=True))
        assert not AuditEvent.objects.filter(action="sync.retried").exists()


class TestCancel:
    def test_the_page_offers_it_and_says_how_many(self, marketer, everything, now):
        page = f"/canvases/{everything.pk}/analytics/fb/"
        assert "Cancel sending the 7 who wait?" in text(marketer.get(page))
        outbox.claim(now + timedelta(hours=1))
        words = text(marketer.get(page))
        assert "the 4 who wait?" in words and "3 more are being sent at this moment and can’t be called back" in words
        words = text(marketer.post(step_path(everything, "cancel/"), {"next": page}, follow=True))
        assert "Withdrawn: 4 people." in words and "3 people are being sent at this moment" in words
        assert last_event()[0::3] == ("sync.cancelled", {"step": everything.steps.get(key="fb").pk, "people": 4})

    def test_withdrawn_is_shown_wherever_numbers_are(self, marketer, everything):
        marketer.post(step_path(everything, "cancel/"))
        page = text(marketer.get(f"/canvases/{everything.pk}/analytics/fb/"))
        assert "Withdrawn 8" in page and "Cancelled by somebody of your team" in page and "Cancel pending" not in page
        assert "Withdrawn 8" in text(marketer.get(f"/canvases/{everything.pk}/analytics/"))
        listed = marketer.post(f"/canvases/{everything.pk}/analytics/fb/people/", {"status": "withdrawn"})
        assert len(listed.context["people"]) == 8 and "Cancelled before it was sent." in text(listed)
        profile = SyncBatch.objects.filter(state="withdrawn").first().members.exclude(profile=None).first().profile_id
        assert "Cancelled before it was sent." in text(marketer.get(f"/audience/profiles/{profile}/"))

    def test_a_viewer_sees_no_button(self, client, everything):
        client.force_login(user("Viewer"))
        page = text(client.get(f"/canvases/{everything.pk}/analytics/fb/"))
        assert "Retry now" not in page and "Cancel pending" not in page and "Send again" not in page


class TestRecreate:
    def test_it_asks_first_and_says_what_will_happen(self, marketer, gone):
        page = text(marketer.get(recreate_path()))
        for words in ("new one of that name", "<strong>3</strong> sent before are sent again", "Ads that used the old"):
            assert words in page
        assert CustomAudience.objects.get().state == "ready"

    def test_yes_makes_it_and_sends_everybody(self, marketer, gone):
        page = text(marketer.post(recreate_path(), {"next": "/canvases/"}, follow=True))
        assert "Win back is made again. Its people are sent now." in page
        tick(timezone.now())
        assert fate(gone) == {"synced": 3} and last_event()[0] == "audience.recreated"
        assert "It is there: nothing had to be made." in text(marketer.post(recreate_path(), follow=True))
        assert "It is there" in text(marketer.get(recreate_path(), follow=True))

    def test_who_was_given_up_is_offered_too(self, marketer, gone):
        SyncBatch.objects.update(state="failed")
        assert "Send the 3 given up again too" in text(marketer.get(recreate_path()))
        marketer.post(recreate_path(), {"again": "on"})
        tick(timezone.now())
        assert fate(gone) == {"synced": 3}

    def test_what_went_wrong_is_told_with_its_cure(self, marketer, gone, sandbox):
        sandbox.account("act_1001", tos_accepted=False)
        page = text(marketer.post(recreate_path(), follow=True))
        assert "Win back is not made yet." in page and "it is tried again by itself" in page
        assert "Being made again" in page
        sandbox.access("act_1001", False)
        CustomAudience.objects.update(state="ready", partner_id="1")
        assert "Nothing was changed." in text(marketer.post(recreate_path(), follow=True))


class TestTheList:
    def test_every_audience_with_its_state_and_people(self, client, everything, now):
        client.force_login(user("Viewer"))
        page = text(client.get("/partners/audiences/"))
        assert "At Facebook" in page and ">4<" in page and "7 wait" in page and "e-mail" in page
        pauses.pause(CustomAudience.objects.get(), AudienceGone(), now)
        page = text(client.get("/partners/audiences/"))
        assert "The custom audience was deleted at Facebook." in page and "Recreate…" not in page

    def test_the_rail_names_one_place_only(self, client, gone):
        client.force_login(user("Admin"))
        for path, label in (("/partners/audiences/", "Custom audiences"), ("/partners/facebook/", "Technology Partn")):
            page = text(client.get(path))
            assert page.count('aria-current="page"') == 1
            assert label in page.partition('aria-current="page"')[2].partition("</a>")[0]

    def test_it_can_be_searched_and_may_be_empty(self, marketer, gone):
        assert "No audience fits." in text(marketer.get("/partners/audiences/?q=nothing"))
        assert "1 audience<" in text(marketer.get("/partners/audiences/?q=win"))
        CustomAudience.objects.all().delete()
        assert "No custom audience was made yet." in text(marketer.get("/partners/audiences/"))


class TestTheLedger:
    def test_every_attempt_newest_first_with_what_facebook_needs_to_find_it(self, client, everything):
        client.force_login(user("Viewer"))
        answer = client.get(step_path(everything, "attempts/"))
        shown = [attempt for attempt, _ in answer.context["rows"]]
        assert shown == list(Attempt.objects.order_by("-pk")) and len(shown) > 4
        for attempt in shown:
            assert attempt.trace_id in text(answer)

    def test_of_one_outcome_page_by_page(self, marketer, everything, monkeypatch):
        monkeypatch.setattr(ledger, "PAGE", 2)
        path, seen = step_path(everything, "attempts/"), []
        wanted = list(Attempt.objects.filter(outcome="Unavailable").order_by("-pk"))
        before = 0
        while True:
            answer = marketer.get(path, {"outcome": "Unavailable", "before": before})
            seen += [attempt for attempt, _ in answer.context["rows"]]
            before = answer.context["next"]
            if not before:
                break
        assert seen == wanted and len(wanted) > 2
        assert "No attempt had this outcome." in text(marketer.get(path, {"outcome": "lost"}))
        for asked in ({"outcome": "nonsense"}, {"before": "x"}, {"before": -1}, {"before": 2**70}):
            assert marketer.get(path, asked).status_code == 404

    def test_the_file_has_them_all_and_no_formula(self, marketer, everything, monkeypatch):
        monkeypatch.setattr(ledger, "PART", 2)
        CustomAudience.objects.update(name="=1+1")
        answer = marketer.get(step_path(everything, "attempts.csv"))
        rows = list(csv.DictReader(b"".join(answer).decode().splitlines()))
        assert answer.headers["Content-Type"].startswith("text/csv") and answer.streaming
        assert [row["trace_id"] for row in rows] == [a.trace_id for a in Attempt.objects.order_by("-pk")]
        assert {row["custom_audience"] for row in rows} == {"'=1+1"} and rows[0]["milliseconds"]
        only = b"".join(marketer.get(step_path(everything, "attempts.csv"), {"outcome": "accepted"})).decode()
        assert len(only.splitlines()) == 1 + Attempt.objects.filter(outcome="accepted").count()

    def test_what_was_done_by_hand_stands_there_with_who_did_it(self, marketer, everything):
        marketer.post(step_path(everything, "cancel/")), marketer.post(step_path(everything, "retry/"), {"again": "1"})
        page = text(marketer.get(step_path(everything, "attempts/")))
        assert "Cancelled for 7" in page and "4 of them given up before" in page and "marketer@example.com" in page

    def test_no_step_without_an_audience_has_one(self, marketer, gone):
        assert marketer.get("/partners/steps/999/attempts/").status_code == 404


class TestStopped:
    def test_what_was_handed_over_is_still_sent_unless_it_is_cancelled(self, marketer, everything):
        page = f"/canvases/{everything.pk}/analytics/"
        assert "still sent" not in text(marketer.get(page))
        launching.stop(everything)
        words = text(marketer.get(page))
        assert "What was handed over is still sent: 7 people to Win back" in words and "Cancel them…" in words
        assert "Withdrawn: 7 people." in text(
            marketer.post(step_path(everything, "cancel/"), {"next": page}, follow=True)
        )
        assert "still sent" not in text(marketer.get(page)) and fate(everything)["withdrawn"] == 8

    def test_a_viewer_reads_it_only(self, client, everything):
        launching.stop(everything)
        client.force_login(user("Viewer"))
        words = text(client.get(f"/canvases/{everything.pk}/analytics/"))
        assert "still sent: 7 people" in words and "Cancel them" not in words


class TestRowsThatWereNotNamed:
    def test_list_and_numbers_say_how_they_differ(self, marketer, connection, sandbox, now):
        """Facebook names 100 rows at most, and in the small parts it refuses none."""
        people(160)
        canvas = launch(facebook_step(), at=now)
        sandbox.fault("invalid_rows", rows=150)
        tick(now)
        assert fate(canvas) == {"synced": 10, "not_synced": 150}
        asked = f"/canvases/{canvas.pk}/analytics/fb/people/"
        for status in ("synced", "not_synced"):
            words = text(marketer.post(asked, {"status": status}))
            assert "50 of 60 people can&#x27;t be told apart: Facebook refused" in words, status
        assert "can&#x27;t be told apart" not in text(marketer.post(asked, {"status": "pending"}))
        listed = text(marketer.post(asked, {"status": "synced"}))
        assert "50 of the 60 people sent in this batch were refused without being named." in listed
