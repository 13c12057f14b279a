"""The Message step: who gets which letter, what is counted, what is tried again, and what is never told."""

from datetime import timedelta
from io import StringIO
from itertools import chain, repeat

import pytest
from django.core import mail
from django.core.management import call_command

from audiences import erasure
from audiences.models import CustomAttribute, Profile
from canvas import engine
from canvas import launch as launching
from canvas.models import Entry, Trigger
from config import schedules
from integrations import dispatch_settling, sync
from integrations.channels import CHANNELS
from integrations.models import Dispatch, Outlet
from tests.cast import delay, fate, launch, message, people, step_numbers, tick
from tests.faults.crashing import Crash

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def audited() -> None:
    call_command("audit_sync", stdout=StringIO())


def test_everybody_gets_one_message_and_goes_on(sink, now):
    people(3, first_name="Ann")
    canvas = launch(message(then="wait"), delay(), at=now)
    tick(now), tick(now + HOUR)
    assert sink.addresses == ["p0@example.com", "p1@example.com", "p2@example.com"]
    letter = sink.given[0].message
    assert (letter["Subject"], letter["From"]) == ("Hello Ann", "Brand <news@brand.example>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Unsubscribe"].strip(" <>") in letter.get_body(("plain",)).get_content()
    assert fate(canvas, "mail") == {"sent": 3}
    assert step_numbers(canvas)["wait"]["entered"] == 3
    audited()


def test_texts_are_filled_in_from_the_person_and_what_let_her_in(now):
    CustomAttribute.objects.create(name="loyalty tier", type="text")
    Profile.objects.create(
        external_id="ann",
        email="ann@example.com",
        first_name="Ann\r\nBcc: x@y.z",
        attributes={"loyalty tier": "<gold>"},
    )
    body = '{{ loyalty tier }}, {{ last_name|default:"friend" }}: {{ trigger.order.id }} {{ unsubscribe_link }}'
    launch(message(body=body), at=now)
    dispatching_paused = tick_without_sending(now)
    Entry.objects.update(context={"order": {"id": 12.0}})
    tick(now)
    [letter] = mail.outbox
    assert dispatching_paused and letter.subject == "Hello Ann Bcc: x@y.z"
    assert letter.body.startswith("<gold>, friend: 12 https://audience.example.com/partners/mail/unsubscribe/")
    assert "&lt;gold&gt;" in letter.alternatives[0].content
    assert letter.body.count("https://") == 1


def tick_without_sending(now) -> int:
    """People are handed over, and nothing leaves."""
    engine.work(now), engine.work(now)
    return Dispatch.objects.count()


def test_who_can_not_be_written_to_counts_apart(now):
    people(2), people(1, email=""), people(1, email="not an address")
    canvas = launch(message(), at=now)
    tick(now)
    assert fate(canvas, "mail") == {"sent": 2, "no_email": 2}
    audited()


def test_an_address_that_is_refused_fails_at_once_and_the_others_go_on(sink, now):
    people(3)
    sink.refused, sink.later = {"p0@example.com"}, {"p1@example.com"}
    canvas = launch(message(), at=now)
    tick(now)
    assert fate(canvas, "mail") == {"sent": 1, "failed": 1, "pending": 1}
    refused, later = Dispatch.objects.exclude(cause="").order_by("pk")
    assert refused.cause == "The mail server refused the address. (550 5.1.1)" and refused.status == 550
    assert later.cause == "The mail server put it off. (451 5.1.1)" and later.clock_at == now
    sink.later = set()
    tick(now + HOUR)
    assert fate(canvas, "mail") == {"sent": 2, "failed": 1}
    audited()


@pytest.mark.parametrize("refusal", [(550, "5.1.1"), (550, "5.2.1"), (553, "5.1.3"), (551, "")])
def test_what_is_about_the_address_is_final(sink, now, refusal):
    people(2)
    sink.refused, sink.refusal = {"p0@example.com"}, refusal
    canvas = launch(message(), at=now)
    tick(now)
    assert fate(canvas, "mail") == {"sent": 1, "failed": 1} and not Outlet.objects.get().held_until


@pytest.mark.parametrize("refusal", [(530, ""), (554, ""), (550, "5.7.1"), (554, "5.7.1"), (553, "5.1.8")])
def test_a_refusal_of_the_sender_at_the_recipient_costs_nobody_their_message(sink, now, refusal):
    people(2)
    sink.refused, sink.refusal = {"p0@example.com", "p1@example.com"}, refusal
    canvas = launch(message(), at=now)
    tick(now)
    assert fate(canvas, "mail") == {"pending": 2} and "refused the sender" in Outlet.objects.get().held_for
    sink.refused = set()
    tick(now + HOUR)
    assert fate(canvas, "mail") == {"sent": 2}


def test_a_full_mailbox_is_tried_again_and_holds_nobody_back(sink, now):
    people(2)
    sink.refused, sink.refusal = {"p0@example.com"}, (552, "5.2.2")
    canvas = launch(message(), at=now)
    tick(now)
    assert fate(canvas, "mail") == {"sent": 1, "pending": 1} and not Outlet.objects.get().held_until


def test_a_lease_begins_when_it_is_taken_and_not_with_the_pass(now, settings, monkeypatch):
    """The parts of the pass before may have taken longer than a lease."""
    people(1)
    launch(message(), at=now)
    tick_without_sending(now)
    moments = chain([now], repeat(now + HOUR))

    def crash(*args) -> None:
        raise Crash

    monkeypatch.setattr(dispatch_settling, "settle", crash)
    with pytest.raises(Crash):
        schedules.one_pass(lambda: next(moments), sync.Sender())
    leased = now + HOUR + timedelta(seconds=settings.SYNC_LEASE_SECONDS)
    assert Dispatch.objects.get().next_attempt_at == leased


@pytest.mark.parametrize(("lease", "fate_of"), [(90, {"sent": 1}), (0.6, {"pending": 1})])
def test_a_mail_server_has_a_third_of_the_lease_to_take_a_message(sink, now, settings, lease, fate_of):
    people(1)
    settings.EMAIL_TIMEOUT, settings.SYNC_LEASE_SECONDS, sink.slow = 0.2, lease, 0.7
    canvas = launch(message(), at=now)
    tick(now)
    assert fate(canvas, "mail") == fate_of and len(sink.given) == 1


def test_a_mail_server_that_is_away_holds_everybody_back_and_is_asked_by_one(sink, now):
    people(5)
    canvas = launch(message(), at=now)
    sink.down = True
    tick(now)
    outlet = Outlet.objects.get()
    assert fate(canvas, "mail") == {"pending": 5}
    assert outlet.held_for == "The mail server could not be reached, or broke off." and outlet.is_held(now)
    assert Dispatch.objects.filter(tries=1).count() == 1 and not Dispatch.objects.filter(clock_at=None).exists()
    assert schedules.next_due(now) == outlet.held_until
    sink.down = False
    tick(now + HOUR)
    assert fate(canvas, "mail") == {"sent": 5} and Outlet.objects.get().held_since is None
    assert len(sink.given) == 5
    audited()


def test_after_thirteen_hours_who_still_waits_has_failed(sink, now):
    people(2)
    canvas = launch(message(), at=now)
    sink.sender_code = 553
    tick(now), tick(now + 12 * HOUR)
    assert fate(canvas, "mail") == {"pending": 2}
    tick(now + 13 * HOUR), tick(now + 14 * HOUR)
    assert fate(canvas, "mail") == {"failed": 2}
    causes = set(Dispatch.objects.values_list("cause", flat=True))
    assert causes == {"The mail server refused the sender (DEFAULT_FROM_EMAIL), or our sign-in. (553)"}
    assert schedules.next_due(now + 14 * HOUR) is None
    audited()


def test_a_night_without_a_worker_gives_nobody_up(sink, now):
    people(2)
    canvas = launch(message(), at=now)
    sink.later = {"p0@example.com"}
    tick(now)
    sink.later = set()
    tick(now + 20 * HOUR)
    assert fate(canvas, "mail") == {"sent": 2}


def test_five_failures_in_a_row_hold_the_step_back(sink, now):
    people(20)
    sink.later = {f"p{n}@example.com" for n in range(20)}
    launch(message(), at=now)
    tick(now)
    assert Dispatch.objects.filter(tries=1).count() == dispatch_settling.IN_A_ROW
    assert Outlet.objects.get().is_held(now)


def test_two_trips_are_two_messages(now):
    people(1)
    canvas = launch(message(), at=now, entry={"type": "api"}, reentry={"allowed": True})
    for moment in (now, now + HOUR):
        Trigger.objects.create(canvas=canvas, profile=Profile.objects.get(), at=moment, happened_at=moment, context={})
        tick(moment)
    assert len(mail.outbox) == 2 and fate(canvas, "mail") == {"sent": 2}


def test_a_stopped_canvas_still_sends_what_was_handed_over(now):
    people(2)
    canvas = launch(message(), at=now)
    tick_without_sending(now)
    launching.stop(canvas)
    tick(now)
    assert fate(canvas, "mail") == {"sent": 2}


def test_who_is_erased_before_it_was_sent_gets_nothing_and_leaves_nothing(now):
    people(2)
    canvas = launch(message(), at=now)
    tick_without_sending(now)
    erasure.erase(["p0"], now)
    tick(now)
    assert [letter.to for letter in mail.outbox] == [["p1@example.com"]]
    assert fate(canvas, "mail") == {"sent": 1, "withdrawn": 1}
    assert Dispatch.objects.filter(profile=None).values_list("cause", flat=True)[0] == "Erased before it was sent."
    audited()


def test_without_a_mail_server_nothing_is_written_into_a_log(now, settings, capsys):
    people(1)
    canvas = launch(message(), at=now)
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    tick(now)
    assert "p0@example.com" not in capsys.readouterr().out
    assert fate(canvas, "mail") == {"pending": 1} and "EMAIL_URL" in Outlet.objects.get().held_for


def test_an_error_that_nobody_foresaw_stops_nobody_else(now, monkeypatch, caplog):
    people(2)
    canvas = launch(message(), at=now)
    good = mail.backends.locmem.EmailBackend.send_messages

    def odd(self, messages):
        if "p0@example.com" in messages[0].to:
            raise RuntimeError("p0@example.com is odd")
        return good(self, messages)

    monkeypatch.setattr(mail.backends.locmem.EmailBackend, "send_messages", odd)
    tick(now)
    assert fate(canvas, "mail") == {"sent": 1, "pending": 1} and "p0@" not in caplog.text


def test_what_can_not_be_made_in_a_way_that_nobody_foresaw_stops_nobody_else(now, monkeypatch, caplog):
    people(2)
    canvas = launch(message(), at=now)
    make = CHANNELS["mail"].make

    def odd(outlet, to):
        if to.profile.external_id == "p0":
            raise RecursionError(to.profile.email)
        return make(outlet, to)

    monkeypatch.setattr(CHANNELS["mail"], "make", odd)
    tick(now)
    assert fate(canvas, "mail") == {"sent": 1, "failed": 1} and "p0@" not in caplog.text
    assert Dispatch.objects.get(state="failed").cause.endswith("nobody foresaw. RecursionError")
    audited()


def test_a_tick_costs_the_same_however_many_wait(now, django_assert_max_num_queries):
    people(300)
    launch(message(), at=now)
    Dispatch.objects.count()
    with django_assert_max_num_queries(80):
        tick_without_sending(now)
