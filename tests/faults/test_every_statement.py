"""The whole plan: a tick is cut off before each of its statements, one after the other, and nobody is lost."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from canvas import journal
from config import schedules
from tests.cast import TOKEN, connect, delay, facebook_step, fate, launch, people, split, tick
from tests.faults.crashing import crashing

pytestmark = [
    pytest.mark.django_db, pytest.mark.nightly,
    # Whoever is cut off before PostgreSQL opens a cursor does not come to closing it.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]  # fmt: skip
FRENCH = {"attribute": "country", "op": "is", "value": "FR"}
HOUR = timedelta(hours=1)


def cut_off(sandbox, now, number: int, wrong: bool) -> bool:
    """False: the tick was over before its statement of that number."""
    sandbox.reset()
    connect(TOKEN, now)
    people(5), people(2, country="FR")
    canvas = launch(split(FRENCH, "fb", "fb"), facebook_step(then="wait"), delay(), at=now)
    if wrong:
        sandbox.fault("code_1", path_regex="/users$")
        tick(now - HOUR), tick(now)
    with crashing(number) as crashed:
        schedules.run(lambda: now + HOUR)
    call_command("audit_sync", stdout=StringIO())
    tick(now + 2 * HOUR), tick(now + 3 * HOUR)
    assert fate(canvas) == {"synced": 7}
    call_command("audit_sync", stdout=StringIO())
    [audience] = sandbox.audiences()
    times = sandbox.received(audience["id"])["times"]
    assert times in ({"1": 7}, {"2": 7} if crashed else None)
    return bool(crashed)


@pytest.mark.parametrize("wrong", [False, True], ids=["a first tick", "a tick that tries again"])
def test_a_tick_that_is_cut_off_before_any_statement_loses_nobody(sandbox, now, monkeypatch, wrong):
    monkeypatch.setattr(journal, "LONG_TAIL", 1)
    number, went_on = 0, True
    while went_on:
        number += 1
        with transaction.atomic():
            went_on = cut_off(sandbox, now, number, wrong)
            transaction.set_rollback(True)
    assert number > 30
