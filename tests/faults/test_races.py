"""Two connections at once, each stopped between two statements, in both orders.

On PostgreSQL the second one meets the first one's row locks; on SQLite it waits to begin, because IMMEDIATE takes the
one write lock at once.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db import transaction
from django.db.models import Q

from audiences import erasure
from audiences.models import Event, Profile
from audiences.track import track
from canvas import engine, moves
from canvas import recount as canvas_recount
from canvas.models import Arrival, Canvas, Cohort, Entry, EntryRun
from canvas.moves import Move
from canvas.steps.base import Routes
from integrations import outbox, recount, removing, sync
from integrations.models import Attempt, Identity, Member, Removal, SyncBatch
from tests.api.caller import Caller
from tests.cast import delay, deliver, facebook_step, fate, launch, people, step_numbers, tick

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
SECONDS = 15
EVENTS = 'INSERT INTO "audiences_event"'


class Actor(threading.Thread):
    """Does its work on a connection of its own. Stops before the first statement that begins with `stop_at`."""

    def __init__(self, work: Callable[[], object], stop_at: str = "") -> None:
        super().__init__(daemon=True)
        self.work, self.stop_at = work, stop_at
        self.stopped, self.go_on = threading.Event(), threading.Event()
        self.result: object = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with database.execute_wrapper(self.watch):
                self.result = self.work()
        except BaseException as error:
            self.error = error
        finally:
            database.close()
            self.stopped.set()

    def watch(self, execute, sql, params, many, context):
        if self.stop_at and sql.startswith(self.stop_at):
            self.stop_at = ""
            self.stopped.set()
            assert self.go_on.wait(SECONDS)
        return execute(sql, params, many, context)

    def begin(self) -> None:
        """Returns when it stands at its stop."""
        self.start()
        assert self.stopped.wait(SECONDS) and self.is_alive(), self.error

    def finish(self) -> object:
        self.go_on.set()
        self.join(SECONDS)
        assert not self.is_alive(), "dead-locked"
        if self.error:
            raise self.error
        return self.result


def in_order(first: Actor, second: Actor, waits: bool = True) -> None:
    """The first stops on its way; the second begins; then both finish. `waits`: the second can't finish before."""
    first.begin()
    second.start()
    second.join(0.5 if waits else SECONDS)
    waited = second.is_alive()
    first.finish()
    second.finish()
    assert waited == waits


def nothing_differs() -> bool:
    found = [*canvas_recount.differences(), *recount.differences()]
    assert not found
    return True


# A cohort's people and size, changed by one transaction while another moves it


@pytest.fixture
def waiting(db, now) -> Canvas:
    """Five people who wait in one cohort for an hour; two of them are French."""
    people(3), people(2, country="FR")
    canvas = launch(delay("wait", "end"), delay("end", duration="P1D"), at=now)
    tick(now)
    return canvas


def move_of(canvas: Canvas, now) -> tuple[Move, dict]:
    live = engine.live_document(Canvas.objects.select_related("live_version").get(pk=canvas.pk))
    return Move(canvas.pk, live.by_key["wait"], now), live.by_key


def move_all(canvas: Canvas, now) -> Callable[[], object]:
    """All go on, without the Canvas's lock: only the cohort's row lock is left."""

    @transaction.atomic
    def work() -> int:
        move, steps = move_of(canvas, now)
        return moves.advance(moves.claim(move), steps)

    return work


def take_out_french(canvas: Canvas, now) -> Callable[[], object]:
    """The French part from their cohort and leave the Canvas; the others stay."""

    @transaction.atomic
    def work() -> None:
        move, steps = move_of(canvas, now)
        move = moves.claim(move).stamped()
        moves.split(move, Routes({"out": Q(profile__country="FR")}, "stay"))
        moves.send_on(move, move.claimed().filter(branch="out"), "out", steps)

    return work


def test_a_cohort_that_is_split_while_it_is_to_move_goes_on_without_those_who_left(waiting, now):
    later = now + HOUR
    splitting = Actor(take_out_french(waiting, later), stop_at='UPDATE "canvas_entry"')
    in_order(splitting, Actor(move_all(waiting, later)))
    assert step_numbers(waiting)["end"]["entered"] == 3
    assert Arrival.objects.get(step__key="end").n == Cohort.objects.get(ended_at=None).size == 3
    assert Entry.objects.filter(cohort__ended_at=None).count() == 3
    assert nothing_differs()


def test_a_cohort_that_moves_while_it_is_to_be_split_goes_whole(waiting, now):
    later = now + HOUR
    moving = Actor(move_all(waiting, later), stop_at='INSERT INTO "canvas_arrival"')
    in_order(moving, Actor(take_out_french(waiting, later)))
    assert step_numbers(waiting)["end"]["entered"] == 5
    assert Cohort.objects.get().size == 5
    assert nothing_differs()


@pytest.mark.parametrize("stop_at", ['UPDATE "canvas_entry"', 'INSERT INTO "canvas_arrival"'])
def test_of_two_engines_at_one_canvas_one_works_and_the_other_passes_by(now, stop_at):
    people(3), people(2, country="FR")
    french = {"attribute": "country", "op": "is", "value": "FR"}
    parting = {"key": "part", "type": "decision_split", "settings": {"filter": french}, "next": {"yes": "a", "no": "b"}}
    canvas = launch(delay("wait", "part"), parting, delay("a"), delay("b"), at=now)
    tick(now)
    later = now + HOUR
    engine.one_chunk(canvas.pk, later)

    def work():
        return engine.one_chunk(canvas.pk, later)

    # PostgreSQL skips a locked Canvas; SQLite knows no such thing, so there the other one waits and finds it done.
    in_order(Actor(work, stop_at), Actor(work), waits=database.vendor == "sqlite")
    rows = step_numbers(canvas)
    assert (rows["a"]["entered"], rows["b"]["entered"]) == (2, 3)
    assert nothing_differs()


# Members that are added to a batch while it is sealed and claimed


@pytest.fixture
def joining(connection, now) -> Canvas:
    """Three people in an open batch; two more stand at the step and are about to join it."""
    people(3)
    canvas = launch(facebook_step(), at=now)
    engine.work(now)
    people(2)
    EntryRun.objects.create(canvas=canvas, planned_at=now - HOUR)
    engine.one_chunk(canvas.pk, now)
    assert SyncBatch.objects.get().size == 3 and Cohort.objects.get(ended_at=None).size == 2
    return canvas


def join(canvas: Canvas, now) -> Callable[[], object]:
    return lambda: engine.one_chunk(canvas.pk, now)


def send(now) -> Callable[[], object]:
    def work() -> object:
        sync.prepare(now)
        return sync.Sender().work(lambda: now)

    return work


def everybody_came(canvas: Canvas, sandbox, now) -> None:
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 5}
    [audience] = sandbox.audiences()
    assert audience["size"] == 5 and sandbox.received(audience["id"])["times"] == {"1": 5}
    for attempt in Attempt.objects.all():
        assert attempt.rows == attempt.batch.size == Member.objects.filter(batch=attempt.batch).count()
    assert nothing_differs()


def test_who_joins_a_batch_that_is_to_be_sealed_is_sent_with_it(joining, sandbox, now):
    coming = Actor(join(joining, now), stop_at='UPDATE "integrations_syncbatch"')
    in_order(coming, Actor(send(now)))
    assert SyncBatch.objects.get().size == 5
    everybody_came(joining, sandbox, now)


def test_who_comes_while_a_batch_is_sealed_joins_the_next(joining, sandbox, now):
    @transaction.atomic
    def seal_and_look() -> int:
        return outbox.seal(now) + Member.objects.count()

    sealing = Actor(seal_and_look, stop_at='SELECT COUNT(*) AS "__count" FROM "integrations_member"')
    in_order(sealing, Actor(join(joining, now)))
    assert sorted(SyncBatch.objects.values_list("state", "size")) == [("open", 2), ("sealed", 3)]
    everybody_came(joining, sandbox, now)


def test_who_comes_while_a_batch_is_claimed_joins_the_next(joining, sandbox, now):
    outbox.seal(now)
    claiming = Actor(send(now), stop_at='INSERT INTO "integrations_attempt"')
    in_order(claiming, Actor(join(joining, now)), waits=database.vendor == "sqlite")
    assert sorted(SyncBatch.objects.values_list("state", "size")) == [("done", 3), ("open", 2)]
    everybody_came(joining, sandbox, now)


def test_a_batch_is_claimed_by_one_of_two(joining, sandbox, now):
    outbox.seal(now)
    first, second = Actor(send(now), stop_at='INSERT INTO "integrations_attempt"'), Actor(send(now))
    in_order(first, second, waits=database.vendor == "sqlite")
    assert Attempt.objects.count() == 1 and not second.result
    everybody_came(joining, sandbox, now)


def test_two_batches_are_read_side_by_side(connection, sandbox, settings, now):
    """On SQLite nothing is: whoever reads holds the one write lock."""
    settings.SYNC_BATCH_SIZE = 2
    people(4)
    canvas = launch(facebook_step(), at=now)
    engine.work(now)
    in_order(Actor(send(now), stop_at=READ), Actor(send(now)), waits=database.vendor == "sqlite")
    assert fate(canvas) == {"synced": 4}


# Somebody who is erased, or whose match fields change, while her batch is read to be sent

READ = 'SELECT "integrations_member"."id" AS "pk"'
NOTE = 'UPDATE "integrations_syncbatch" SET "read_at"'
ERASE = 'DELETE FROM "audiences_profile"'
CHANGE = "INSERT INTO audiences_profile"


@pytest.fixture
def about_to_leave(joining, sandbox, now) -> Canvas:
    """The three people's batch is sealed; Facebook lets anybody go."""
    sandbox.settings(delete_minimum=0)
    outbox.seal(now)
    return joining


def erase(now) -> Callable[[], object]:
    return lambda: erasure.erase(["p1"], now)


def change(now) -> Callable[[], object]:
    return lambda: track({"attributes": [{"external_id": "p1", "email": "new@example.com"}]}, now)


def she_is_out(sandbox, now) -> None:
    removing.work(now), tick(now + HOUR)
    [audience] = sandbox.audiences()
    assert audience["size"] == 4 and not Identity.objects.exists()
    assert nothing_differs()


@pytest.mark.parametrize("stop_at", [READ, NOTE])
def test_who_is_erased_while_her_batch_is_read_was_read_and_is_taken_out(about_to_leave, sandbox, now, stop_at):
    in_order(Actor(send(now), stop_at), Actor(erase(now)))
    assert Removal.objects.count() == 1
    she_is_out(sandbox, now)
    assert Removal.objects.get().state == "removed" and fate(about_to_leave) == {"synced": 5}


@pytest.mark.parametrize("stop_at", ['DELETE FROM "audiences_event"', ERASE])
def test_who_is_read_while_she_is_erased_is_not_sent(about_to_leave, sandbox, now, stop_at):
    claim = outbox.claim(now)
    in_order(Actor(erase(now), stop_at), Actor(lambda: deliver(claim)))
    assert Removal.objects.count() == 0 and sandbox.audiences()[0]["size"] == 2
    she_is_out(sandbox, now)
    assert fate(about_to_leave) == {"synced": 4, "withdrawn": 1}


def test_who_is_erased_before_the_claim_is_not_claimed(about_to_leave, sandbox, now):
    in_order(Actor(erase(now), ERASE), Actor(send(now)), waits=database.vendor == "sqlite")
    she_is_out(sandbox, now)
    assert Removal.objects.count() == 0 and fate(about_to_leave) == {"synced": 4, "withdrawn": 1}


def test_what_is_read_before_a_change_is_kept_as_a_former_identity(about_to_leave, sandbox, now):
    in_order(Actor(send(now), READ), Actor(change(now)))
    assert Identity.objects.count() == 1
    erasure.erase(["p1"], now)
    she_is_out(sandbox, now)


def test_what_is_changed_before_it_is_read_leaves_nothing_behind(about_to_leave, sandbox, now):
    claim = outbox.claim(now)
    in_order(Actor(change(now), CHANGE), Actor(lambda: deliver(claim)))
    assert Identity.objects.count() == 0 and sandbox.audiences()[0]["size"] == 3
    erasure.erase(["p1"], now)
    she_is_out(sandbox, now)


def test_a_removal_is_claimed_before_a_batch_is_read_or_after(about_to_leave, sandbox, now):
    """Else it could not be known which of the two requests came last."""
    send(now)(), erasure.erase(["p1"], now)
    later = now + HOUR
    engine.one_chunk(about_to_leave.pk, later), outbox.seal(later)
    in_order(Actor(send(later), READ), Actor(lambda: removing.work(later)))
    she_is_out(sandbox, later)


def test_a_removal_is_claimed_by_one_of_two(about_to_leave, sandbox, now):
    send(now)(), erasure.erase(["p1"], now)
    first = Actor(lambda: removing.work(now), stop_at='UPDATE "integrations_removal" SET "tries"')
    second = Actor(lambda: removing.work(now))
    in_order(first, second)
    assert [entry["method"] for entry in sandbox.ledger()].count("DELETE") == 1
    she_is_out(sandbox, now)


def test_a_repeat_that_comes_while_the_first_is_at_work_waits_and_gets_its_answer():
    shop, name, event = Caller(), {"Idempotency-Key": '"a"'}, {"external_id": "jane", "name": "viewed"}
    sent = {"events": [event | {"time": "2026-11-01T09:00:00Z"}]}
    first, again = (Actor(lambda: shop.post("/users/track", sent, **name), stop) for stop in (EVENTS, ""))
    in_order(first, again)
    assert first.result.content == again.result.content and first.result.status_code == again.result.status_code == 201
    assert ["Idempotent-Replayed" in one.result.headers for one in (first, again)] == [False, True]
    assert Event.objects.count() == 1


# A User Update, which changes many people in no order, beside whoever changes or erases some of them


@pytest.fixture
def to_update(db, now) -> Canvas:
    people(3)
    canvas = launch({"key": "update", "type": "user_update", "settings": {"set": {"city": "Rome"}}, "next": {}}, at=now)
    engine.one_chunk(canvas.pk, now)
    return canvas


def update(canvas: Canvas, now) -> Callable[[], object]:
    return lambda: engine.one_chunk(canvas.pk, now)


def all_are_in_rome(canvas: Canvas, count: int) -> None:
    assert step_numbers(canvas)["update"]["entered"] == 3
    assert Profile.objects.filter(city="Rome").count() == count
    assert nothing_differs()


@pytest.mark.parametrize(("beside", "left"), [(change, 3), (erase, 2)])
def test_who_is_changed_during_a_user_update_is_changed_after_it(to_update, now, beside, left):
    in_order(Actor(update(to_update, now), stop_at='UPDATE "audiences_profile"'), Actor(beside(now)))
    all_are_in_rome(to_update, left)


@pytest.mark.parametrize(("beside", "stop_at", "left"), [(change, CHANGE, 3), (erase, ERASE, 2)])
def test_a_user_update_during_a_change_comes_after_it(to_update, now, beside, stop_at, left):
    in_order(Actor(beside(now), stop_at), Actor(update(to_update, now)))
    all_are_in_rome(to_update, left)
