"""Anything in any order: people who come, are asked for, change and are erased, faults, limits that are nearly reached,
crashes, tokens, clocks that jump. After every
step each person must be where a plain model says, and every number must add up; in the end everybody is settled.
"""

import os
import sys
from collections import Counter
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from audiences import erasure, track
from audiences.models import Profile
from canvas import inbox
from canvas import launch as launching
from canvas.models import EntryRun
from config import schedules
from integrations import by_hand, pauses, recreating
from integrations.errors import PartnerError
from integrations.facebook.usage import EASY
from integrations.models import AdAccount, SyncBatch
from integrations.step_people import people as listed
from tests.cast import ACCOUNT, OTHER_TOKEN, TOKEN, connect, delay, facebook_step, launch, split, step_numbers
from tests.faults.crashing import crashing
from tests.faults.model import BOUGHT, CANVASES, DAY, HOUR, LOYAL, SCHEDULED, WIN_BACK, Model, Person, Run, Trip
from tests.faults.watching import LOSSY, Seen, Wire, accepted_requests, audiences, canvases, listen, look
from tests.faults.written import assert_nothing_private, logs, tables

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
RETRIED = 13 * HOUR
SHARED = 15 * MINUTE
"""Who joins a batch that a fault holds open shares its clock."""
RECOVERS = HOUR + MINUTE
"""The longest wait is an hour, which Facebook gives whom it has blocked: so long after the last trouble all flows."""
QUIET = timedelta(seconds=20)
"""A batch is sealed at the latest so long after the one before."""
MOST_TICKS = 150
REPEATING = LOSSY | {"invalid_rows"}
JUMPS = [
    timedelta(0),
    SECOND,
    5 * SECOND,
    QUIET,
    2 * MINUTE,
    16 * MINUTE,
    40 * MINUTE,
    HOUR,
    5 * HOUR,
    RETRIED,
    2 * DAY,
]
FRENCH = {"attribute": "country", "op": "is", "value": "FR"}

# Faults that come and go with the calls that they hit, and what the product may call them.
PASSING = {
    "http_500_html": {}, "code_1": {}, "code_2": {}, "drop_before": {}, "drop_after": {}, "truncated_json": {},
    "received_short": {}, "html_200": {}, "error_200": {}, "too_large": {"rows": 2}, "invalid_rows": {},
    "refused_100": {}, "rate_80003": {"minutes": 5}, "rate_613": {"seconds": 60}, "rate_17": {"seconds": 60},
    "error": {"code": 99_999},
}  # fmt: skip
KINDS = {"Unavailable", "RequestRefused", "RowRefused", "TooLarge", "RateLimited"}
LASTING_KINDS = {
    "token": {"TokenRejected"}, "flagged": {"AudienceFlagged"}, "gone": {"AudienceGone"}, "access": {"AccessLost"},
    "task": {"TaskMissing"}, "terms": {"TermsNotAccepted"}, "closed": {"RateLimited"},
}  # fmt: skip
BLOCKED = 1404078
BY_EVENT, BY_PROGRAM = {"type": "action", "event": "bought"}, {"type": "api"}
AGAIN = {"allowed": True, "after": "PT1H"}


class Story(RuleBasedStateMachine):
    """One installation, its people, and a sandbox to which anything may happen."""

    sandbox = None

    def __init__(self) -> None:
        super().__init__()
        self.now = self.latest = START
        self.undo = ExitStack()
        self.undo.enter_context(transaction.atomic())
        self.undo.callback(transaction.set_rollback, True)
        self.log = self.undo.enter_context(logs())
        self.sandbox.reset()
        self.sandbox.settings(delete_minimum=0)
        self.model, self.lasting, self.ever = Model(), set(), {"Interrupted"} | KINDS
        self.token, self.doubts, self.heard = TOKEN, Counter(), self.sandbox.world.ledger.last
        self.smooth_from, self.smooth_ticks = START, []
        self.entry_of: dict[int, tuple] = {}
        self.owned: dict[int, set[str]] = {}
        self.mails, self.deleted, self.refused = 0, set(), False
        connect(TOKEN, START)
        steps = (
            split(FRENCH, "wait", "fb"),
            delay("wait", "fb"),
            facebook_step(then="rest"),
            delay("rest", duration="P1D"),
        )
        launch(*steps, at=START, name=WIN_BACK)
        launch(facebook_step(audience_name=LOYAL), at=START, name=LOYAL, reentry=AGAIN)
        self.model.runs = [Run(name, START) for name in SCHEDULED]
        self.arrive(3, False, True), self.arrive(2, True, True)
        self.arrived, self.places = {}, {}

    @initialize(entry=st.sampled_from([BY_EVENT, BY_PROGRAM]))
    def open_the_inbox(self, entry: dict) -> None:
        launch(facebook_step(audience_name=BOUGHT), at=START, name=BOUGHT, reentry=AGAIN, entry=entry)
        self.ask = self.she_buys if entry == BY_EVENT else self.a_program_asks
        self.look_at_the_new_lists(listen(self.sandbox, 0))

    def teardown(self) -> None:
        try:
            if not sys.exc_info()[0]:
                self.in_the_end_everybody_is_settled()
                self.nothing_private_was_written()
        finally:
            self.undo.close()

    def nothing_private_was_written(self) -> None:
        cells = [cell for theirs in self.owned.values() for cell in theirs]
        assert_nothing_private([*tables(), *self.log.getvalue().splitlines()], [*cells, "@example.com"])

    def in_the_end_everybody_is_settled(self) -> None:
        """Whatever was wrong is put right at Facebook; 13 hours of the clock alone do the rest."""
        self.mend()
        for name in tuple(self.model.stopped):
            self.stop_or_resume(name)
        self.now = max(self.now, self.latest) + SECOND
        for name in SCHEDULED:
            self.open_the_doors(name)
        self.one_tick(None)
        end, ticks = self.now + RETRIED, 0
        while (following := schedules.next_due(self.now)) and following <= end:
            self.now, ticks = max(self.now, following) + SECOND, ticks + 1
            self.one_tick(None)
            assert ticks < MOST_TICKS
        for trip in self.model.trips.values():
            assert "fb" in trip.stops[:-1] and trip.fate not in ("", "pending"), trip
        assert not self.model.asked
        self.nobody_who_was_erased_is_left()

    def nobody_who_was_erased_is_left(self) -> None:
        """An audience that was deleted holds nobody for us: what Facebook brings back with it is not looked for."""
        erased = {cell for pk, cells in self.owned.items() if self.model.people[pk].erased for cell in cells if cell}
        for audience in audiences().values():
            if audience.partner_id not in self.deleted:
                rows = self.sandbox.rows(audience.partner_id)["rows"]
                assert not erased & {cell for row in rows for cell in row}

    # People

    @rule(count=st.integers(1, 4), french=st.booleans(), known=st.booleans())
    def arrive(self, count: int, french: bool, known: bool) -> None:
        """They come in by the next run; in "Loyal", who left an hour ago comes with them."""
        for _ in range(count):
            self.tell(f"p{len(self.model.people)}", known, french)
        for canvas in SCHEDULED:
            self.open_the_doors(canvas)

    @rule(chosen=st.lists(st.integers(0, 99), min_size=1, max_size=3), ago=st.sampled_from([timedelta(0), HOUR, DAY]))
    def ask_for(self, chosen: list[int], ago: timedelta) -> None:
        """While the Canvas is stopped nothing is heard; what it had heard waits."""
        people = [person for one in chosen if (person := self.choose(one))]
        counted = self.ask(people, ago) if people else False
        if counted and BOUGHT not in self.model.stopped:
            self.model.asked += [person.pk for person in people]
        assert look().asked == self.model.asked

    def she_buys(self, people: list[Person], ago: timedelta) -> bool:
        """What happened before the launch is past."""
        at = self.now - ago
        said = [{"external_id": person.name, "name": "bought", "time": at.isoformat()} for person in people]
        assert not track.track({"events": said}, self.now).refused
        return at >= START

    def a_program_asks(self, people: list[Person], ago: timedelta) -> bool:
        """A Canvas that is stopped is refused before."""
        if BOUGHT not in self.model.stopped:
            for person in people:
                inbox.trigger(canvases()[BOUGHT], {person.pk: {}}, self.now)
        return True

    @rule(chosen=st.integers(0, 99), known=st.booleans(), french=st.booleans())
    def change(self, chosen: int, known: bool, french: bool) -> None:
        """Her e-mail becomes another one, or is taken away; she may move to another country."""
        if person := self.choose(chosen):
            self.tell(person.name, known, french)

    def tell(self, name: str, known: bool, french: bool) -> None:
        """Programs report people; an e-mail that is told is always a new one, so that it tells who was sent."""
        self.mails += 1
        email, country = f"{name}.{self.mails}@example.com" if known else "", "FR" if french else "US"
        said = {"external_id": name, "email": email or None, "country": country}
        assert not track.track({"attributes": [said]}, self.now).refused
        pk = Profile.objects.get(external_id=name).pk
        self.model.people[pk] = person = Person(pk, name, email, country)
        self.owned.setdefault(pk, set()).add(person.cell)

    @rule(chosen=st.integers(0, 99), crash=st.none() | st.integers(1, 12))
    def erase(self, chosen: int, crash: int | None) -> None:
        if person := self.choose(chosen):
            on_the_way = {self.entry_of[entry] for entry in look().on_the_way}
            with crashing(crash) as crashed:
                erasure.erase([person.name], self.now)
            if not crashed:
                self.model.erase(person, on_the_way)
            self.everything_adds_up()

    def choose(self, chosen: int) -> Person | None:
        living = [person for person in self.model.people.values() if not person.erased]
        return living[chosen % len(living)] if living else None

    # Canvases

    def open_the_doors(self, canvas: str) -> None:
        if not any((run.canvas, run.planned) == (canvas, self.now) for run in self.model.runs):
            EntryRun.objects.create(canvas=canvases()[canvas], planned_at=self.now)
            self.model.runs.append(Run(canvas, self.now))

    @rule(canvas=st.sampled_from(CANVASES))
    def stop_or_resume(self, canvas: str) -> None:
        """Who has been handed over is sent, whether the Canvas is stopped or not."""
        if canvas in self.model.stopped:
            assert launching.resume(canvases()[canvas])
        else:
            assert launching.stop(canvases()[canvas])
        self.model.stopped ^= {canvas}
        self.everything_adds_up()

    # Time and crashes

    @rule(later=st.sampled_from(JUMPS))
    def tick(self, later: timedelta) -> None:
        self.now += later
        self.one_tick(None)

    @rule(later=st.sampled_from(JUMPS[:8]), point=st.integers(1, 90) | st.sampled_from(["before", "after"]))
    def crash(self, later: timedelta, point: int | str) -> None:
        self.now += later
        self.one_tick(point)

    @rule(back=st.sampled_from([SECOND, HOUR, 7 * HOUR, 2 * DAY]))
    def turn_the_clock_back(self, back: timedelta) -> None:
        self.now -= back
        self.one_tick(None)

    # Faults

    @rule(kind=st.sampled_from(sorted(PASSING)), times=st.sampled_from([1, 2, None]), after=st.integers(0, 2))
    def fault(self, kind: str, times: int | None, after: int) -> None:
        self.sandbox.fault(kind, method="POST", path_regex="/users$", times=times, after=after, **PASSING[kind])

    @rule(what=st.sampled_from(sorted(LASTING_KINDS)), canvas=st.sampled_from(CANVASES))
    def trouble(self, what: str, canvas: str) -> None:
        audience = audiences()[canvas].partner_id
        if what == "token":
            self.sandbox.revoke(self.token)
        elif what == "flagged" and audience:
            self.sandbox.flag_audience(audience)
        elif what == "gone" and audience:
            self.sandbox.delete_audience(audience)
            self.deleted.add(audience)
        elif what == "access":
            self.sandbox.access(ACCOUNT, False)
        elif what == "task":
            self.sandbox.account(ACCOUNT, user_tasks=["ANALYZE"])
        elif what == "closed":
            self.sandbox.account(ACCOUNT, account_status=101)
            self.sandbox.fault("error", path_regex="/users$", times=None, code=BLOCKED)
        elif what == "terms":
            self.sandbox.account(ACCOUNT, tos_accepted=False)
            self.sandbox.fault("error", path_regex="/users$", times=None, code=200, subcode=1870034)
        self.lasting |= {what} - {"gone"}
        self.ever |= LASTING_KINDS[what]

    @rule(percent=st.sampled_from([EASY, 80, 97]), seconds=st.sampled_from([0, 300]))
    def limits_are_nearly_reached(self, percent: int, seconds: int) -> None:
        """Sending slows down, and nobody's clock begins."""
        self.sandbox.account(ACCOUNT, usage=percent, reset_seconds=seconds)
        self.lasting = self.lasting - {"usage"} | ({"usage"} if percent > EASY else set())

    @rule()
    def mend(self) -> None:
        """All that is wrong at Facebook is put right there; we have to find out."""
        self.sandbox.clear_faults()
        self.sandbox.restore(TOKEN), self.sandbox.restore(OTHER_TOKEN)
        well = {"user_tasks": ["MANAGE"], "tos_accepted": True, "allowed": True, "account_status": 1}
        self.sandbox.account(ACCOUNT, usage=1, reset_seconds=0, **well)
        for one in self.sandbox.world.audiences.values():
            one.flagged, one.deleted = [], False
        self.lasting.clear()

    @rule(crash=st.none() | st.integers(1, 30))
    def replace_the_token(self, crash: int | None) -> None:
        """A token that Facebook refuses changes nothing."""
        other = OTHER_TOKEN if self.token == TOKEN else TOKEN
        with crashing(crash) as crashed:
            try:
                connect(other, self.now)
            except PartnerError as error:
                assert self.sandbox.world.tokens[other].revoked, error
                return
        self.token = self.kept_token()
        assert crashed or self.token == other
        if not self.sandbox.world.tokens[self.token].revoked:
            self.lasting.discard("token")
        if crashed:
            self.be_troubled()

    def kept_token(self) -> str:
        last4 = audiences()[LOYAL].ad_account.connection.last4
        return next(token for token in (TOKEN, OTHER_TOKEN) if token.endswith(last4))

    @rule()
    def mend_and_try_at_once(self) -> None:
        """Retry now is now: who waits is sent, unless somebody who crashed still has the batch."""
        self.mend()
        free = not look().on_the_way and not self.slowed_until()
        for audience in audiences().values():
            for scope in (audience, audience.ad_account, audience.ad_account.connection):
                pauses.resume(scope, self.now)
        if free and self.now == self.latest:
            self.smooth_from, self.smooth_ticks = self.now, []
            for trip in self.model.trips.values():
                trip.since = self.now
        self.tick(timedelta(0)), self.tick(QUIET)

    # What people do by hand

    @rule(canvas=st.sampled_from(CANVASES))
    def cancel(self, canvas: str) -> None:
        """Whoever waits is withdrawn, but for those who are on the wire."""
        on_the_way = {self.entry_of[entry] for entry in look().on_the_way}
        by_hand.cancel(SyncBatch.objects.filter(audience=audiences()[canvas]), self.now)
        for key, trip in self.model.trips.items():
            if trip.canvas == canvas and trip.fate == "pending" and key not in on_the_way:
                trip.fate = "withdrawn"
        self.everything_adds_up()

    @rule(canvas=st.sampled_from(CANVASES))
    def try_now_and_send_again_who_was_given_up(self, canvas: str) -> None:
        seen = look()
        by_hand.try_now(audiences()[canvas].step, self.now, again=True)
        for entry, fate in seen.fate.items():
            if self.entry_of[entry][0] == canvas and fate == "not_synced" and entry not in seen.refused:
                self.model.open_again(self.entry_of[entry], self.now)
        self.everything_adds_up()

    @rule(canvas=st.sampled_from(CANVASES), crash=st.none() | st.integers(1, 40))
    def recreate(self, canvas: str, crash: int | None) -> None:
        """Everybody who was sent to the list that was deleted is sent to the new one."""
        audience, seen = audiences()[canvas], look()
        before = len(audience.former_ids)
        with crashing(crash) as crashed, suppress(recreating.NothingToMake, PartnerError):
            recreating.recreate(audience, self.now)
        if len(audiences()[canvas].former_ids) > before:
            self.be_troubled()
            for entry, fate in seen.fate.items():
                if self.entry_of[entry][0] == canvas and (
                    fate in ("synced", "missing_fields") or entry in seen.refused
                ):
                    self.model.open_again(self.entry_of[entry], self.now)
        if crashed:
            self.be_troubled()
        self.everything_adds_up()

    # What must hold

    def one_tick(self, crash: str | int | None) -> None:
        self.latest = max(self.latest, self.now)
        troubled, before, slowed = self.is_troubled(), accepted_requests(), self.slowed_until()
        self.settled = {key for key, trip in self.model.trips.items() if trip.fate not in ("", "pending")}
        with crashing(crash) as crashed:
            done = schedules.run(lambda: self.now)
            assert not done["failures"]
        wire, seen = listen(self.sandbox, self.heard), look()
        self.heard = self.sandbox.world.ledger.last
        self.look_at_the_new_lists(wire)
        self.refused = self.refused or bool(wire.faults["refused_100"])
        assert not (slowed and self.now < slowed <= self.now + HOUR and wire.uploads), "too soon for Facebook's limits"
        self.people_moved(seen, bool(crashed))
        self.people_were_sent(seen, wire)
        self.nobody_was_sent_twice(wire, accepted_requests() - before, bool(crashed))
        self.arrived = wire.arrived
        if troubled or crashed or wire.faults or self.now < self.latest:
            self.be_troubled()
        if not crashed:
            self.nothing_is_late()
        self.everything_adds_up()

    def look_at_the_new_lists(self, wire: Wire) -> None:
        """One that was made again begins with nobody in it."""
        for canvas, place in wire.places.items():
            if self.places.get(canvas) != place:
                self.places[canvas], self.arrived[canvas], self.doubts[canvas] = place, Counter(), 0

    def is_troubled(self) -> bool:
        there = self.sandbox.world.audiences
        gone = any(not one.partner_id or there[one.partner_id].deleted for one in audiences().values())
        armed = (one for one in self.sandbox.faults() if one["times"] is None or one["fired"] < one["times"])
        return bool(self.lasting or gone or any(armed))

    def slowed_until(self) -> datetime | None:
        return AdAccount.objects.get(account_id=ACCOUNT).next_send_at

    def be_troubled(self) -> None:
        self.smooth_from, self.smooth_ticks = self.latest + RECOVERS, []

    def people_moved(self, seen: Seen, crashed: bool) -> None:
        """Everybody is where the model says; after a crash, somewhere on that way."""
        expected, known = self.model.after(self.now), self.model.trips
        for entry, who in seen.who.items():
            self.entry_of.setdefault(entry, who)
        places = {self.entry_of[entry]: place for entry, place in seen.place.items()}
        for key, trip in list(expected.trips.items()):
            if crashed and key not in places:
                assert key not in known and (trip.canvas != BOUGHT or seen.asked == self.model.asked), "asked in vain"
                del expected.trips[key]
            elif crashed:
                self.cut_short(trip, places[key], known.get(key))
        assert places == {key: trip.path[-1].key for key, trip in expected.trips.items()}
        for run in expected.runs:
            run.done = seen.runs[run.canvas, run.planned] if crashed else run.done
        assert {(run.canvas, run.planned): run.done for run in expected.runs} == seen.runs
        expected.asked = self.model.asked if crashed and seen.asked else expected.asked
        assert seen.asked == expected.asked
        self.model = expected

    def cut_short(self, trip: Trip, place: str, known: Trip | None) -> None:
        at = trip.stops.index(place)
        assert known is None or at >= len(known.path) - 1
        trip.path = trip.path[: at + 1]
        if "fb" not in trip.stops[:-1]:
            trip.fate = ""

    def people_were_sent(self, seen: Seen, wire: Wire) -> None:
        handed_over = {key for key, trip in self.model.trips.items() if trip.fate}
        assert {self.entry_of[entry] for entry in seen.fate} == handed_over
        for entry, fate in seen.fate.items():
            trip = self.model.trips[self.entry_of[entry]]
            trip.since = min(trip.since, self.now)
            if fate != trip.fate:
                self.may_become(trip, fate, seen.cause[entry] if entry not in seen.refused else "its row", wire)
                trip.fate = fate
            if fate == "pending" and seen.cause[entry]:
                assert seen.cause[entry] in self.ever

    def may_become(self, trip: Trip, fate: str, cause: str, wire: Wire) -> None:
        assert trip.fate == "pending", f"{trip} was settled and became {fate}"
        person = self.model.people[trip.person]
        if fate == "synced":
            assert person.cell and self.came(wire, trip.canvas, person.cell)
        elif fate == "missing_fields":
            assert not person.erased and not person.email
        elif fate == "withdrawn":
            assert person.erased
        elif cause == "its row":
            assert wire.faults["invalid_rows"]
        elif cause == "RowRefused":
            assert self.refused
        else:
            assert fate == "not_synced" and self.now >= trip.since + RETRIED - SHARED

    def came(self, wire: Wire, canvas: str, cell: str) -> int:
        return wire.arrived[canvas][cell] - self.arrived[canvas][cell]

    def nobody_was_sent_twice(self, wire: Wire, accepted: Counter, crashed: bool) -> None:
        """Each arrival is of somebody who waited. More requests than accepted ones: only after a crash or a fault."""
        waiting = [trip for key, trip in self.model.trips.items() if trip.fate and key not in self.settled]
        waited = {(trip.canvas, self.model.people[trip.person].cell) for trip in waiting}
        for canvas, cells in wire.arrived.items():
            more = wire.taken[canvas] - accepted[canvas]
            assert more == 0 or (more > 0 and (crashed or REPEATING & wire.faults.keys()))
            self.doubts[canvas] += more
            for cell in cells:
                new = self.came(wire, canvas, cell)
                assert new <= wire.taken[canvas] and (not new or (canvas, cell) in waited)
                assert cells[cell] <= self.most_trips(canvas, cell) + self.doubts[canvas]

    def most_trips(self, canvas: str, cell: str) -> int:
        owners = [pk for pk, cells in self.owned.items() if cell in cells]
        return sum(bool(trip.fate) for pk in owners for trip in self.model.trips_of(canvas, pk))

    def nothing_is_late(self) -> None:
        """A tick leaves nothing due. Without trouble, who waited longer than the interval is settled."""
        following = schedules.next_due(self.now)
        assert following is None or following >= self.now
        if self.now >= self.smooth_from:
            self.smooth_ticks.append(self.now)
        long_ago = max((at for at in self.smooth_ticks if at <= self.now - QUIET), default=None)
        waiting = [trip for trip in self.model.trips.values() if trip.fate == "pending"]
        late = [trip for trip in waiting if long_ago and trip.joined <= long_ago]
        assert not late, f"At {self.now} there are still {late}, smooth since {self.smooth_from}"

    def everything_adds_up(self) -> None:
        rows = canvases()
        for name in CANVASES:
            numbers = step_numbers(rows[name])
            entered = self.model.numbers(name)
            assert {
                key: (row["entered"], row["proceeded"]) for key, row in numbers.items() if row["entered"]
            } == entered
            fates = self.model.fates(name)
            assert {fate: numbers["fb"][fate] for fate in FATES} == {fate: fates[fate] for fate in FATES}
            step = audiences()[name].step
            told = Counter(person.status for person in listed(step, "", "", 10_000).people)
            assert +told == +fates
        call_command("audit_sync", stdout=StringIO())


FATES = ("synced", "pending", "missing_fields", "not_synced", "withdrawn")


def tell(sandbox, settings, examples: int, steps: int, **more) -> None:
    settings.SYNC_BATCH_SIZE = 5
    Story.sandbox = sandbox
    calm = hypothesis_settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
    run_state_machine_as_test(
        Story, settings=hypothesis_settings(calm, max_examples=examples, stateful_step_count=steps, **more)
    )


def test_a_few_short_stories(db, sandbox, settings):
    """The same ones each time: what is new is looked for at night."""
    tell(sandbox, settings, 6, 8, derandomize=True, database=None, phases=[Phase.generate])


@pytest.mark.nightly
def test_two_hundred_stories(db, sandbox, settings):
    tell(sandbox, settings, int(os.environ.get("STORIES", 200)), 20, phases=[Phase.reuse, Phase.generate])
