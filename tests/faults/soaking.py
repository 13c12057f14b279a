"""A soak: people keep coming, processes are killed at random, Facebook fails at random. Then calm, and the count."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from io import StringIO
from pathlib import Path

import orjson
from django.core.management import call_command
from django.db import connection as database
from django.db.models import Q
from django.utils import timezone

from audiences.models import Profile
from canvas.models import Entry, EntryRun
from integrations import pauses
from integrations.errors import PartnerError
from integrations.models import Attempt, CustomAudience, Member, SyncBatch
from tests.cast import OTHER_TOKEN, TOKEN, connect, delay, facebook_step, fate, launch, people, split
from tests.faults.installation import Installation, wait_until
from tests.faults.model import cell
from tests.faults.watching import LOSSY, was_taken
from tests.faults.written import assert_nothing_private, tables

FRENCH = {"attribute": "country", "op": "is", "value": "FR"}
STEPS = split(FRENCH, "wait", "fb"), delay("wait", "fb", duration="PT2S"), facebook_step(then="rest"), delay("rest")
WORKERS = 2
FAULTS = {
    "http_500_html": {}, "code_1": {}, "code_2": {}, "drop_before": {}, "drop_after": {}, "truncated_json": {},
    "received_short": {}, "html_200": {}, "error_200": {}, "too_large": {"rows": 20}, "slow": {"seconds": 0.5},
    "rate_613": {"seconds": 1}, "rate_17": {"seconds": 1}, "error": {"code": 99_999},
}  # fmt: skip
ODD = ("invalid_rows", "refused_100")
"""Facebook finds one person's data wrong, each time: it leaves the row out, or refuses whatever request holds it."""
CALMS_DOWN = 300
MOST_WAITING = 2_000


class Soak:
    def __init__(self, sandbox, folder: Path, seed: int, workers: int = WORKERS) -> None:
        self.sandbox, self.dice, self.done, self.most = sandbox, random.Random(seed), Counter(), workers
        self.log = folder / "worker.log"
        self.home = Installation(sandbox.url, log=self.log)
        self.workers: list = []
        self.odd: dict[str, str] = {}
        self.progress = (0, 0)
        connect(TOKEN, timezone.now())
        self.canvas = launch(*STEPS, at=timezone.now())

    def run(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.keep_workers_up()
            self.people_come(self.dice.randrange(80))
            deeds = [self.kill, self.fault, self.revoke, self.mend, self.rest, self.somebody_odd_comes]
            self.dice.choices(deeds, [6, 6, 2, 4, 6, 1])[0]()
            time.sleep(self.dice.uniform(0, 0.8))

    def keep_workers_up(self) -> None:
        """As a service manager would."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < self.most:
            self.workers.append(self.home.worker())

    def people_come(self, count: int) -> bool:
        """No more than can be worked off in the end, however slow the machine is: False when nobody came."""
        settled = Member.objects.filter(batch__state__in=("done", "failed")).count()
        if Profile.objects.count() - settled > MOST_WAITING:
            return False
        people(count, country=self.dice.choice(["FR", "US"]))
        EntryRun.objects.create(canvas=self.canvas, planned_at=timezone.now())
        return True

    def somebody_odd_comes(self) -> None:
        """One after the other, so that no request holds two of them."""
        if self.refused() == self.odd.keys():
            email = f"odd{len(self.odd)}@example.com"
            self.odd[email] = self.dice.choice(ODD)
            self.refuse(email)
            people(1, email=email)

    def refuse(self, email: str) -> None:
        """Of two faults the older one hits: so it is always this one."""
        self.sandbox.clear_faults()
        self.sandbox.fault(self.odd[email], path_regex="/users$", times=None, cell=cell(email))

    def kill(self) -> None:
        """Supervisor, leash, main, sentinel, pusher, monitor or worker: whichever. Not before something was done since
        the last time: on a busy machine nobody would ever come to work."""
        before, self.progress = self.progress, (Entry.objects.count(), Attempt.objects.count())
        if before != self.progress and (running := self.home.processes()):
            with suppress(ProcessLookupError):
                os.kill(self.dice.choice(running), signal.SIGKILL)
                self.done["kills"] += 1

    def fault(self) -> None:
        kind = self.dice.choice(sorted(FAULTS))
        self.sandbox.fault(kind, method="POST", path_regex="/users$", times=self.dice.randint(1, 3), **FAULTS[kind])
        self.done["faults"] += 1

    def revoke(self) -> None:
        self.sandbox.revoke(self.dice.choice([TOKEN, OTHER_TOKEN]))
        self.done["faults"] += 1

    def mend(self) -> None:
        """Facebook is well again; somebody replaces the token, or asks to try now."""
        self.sandbox.restore(TOKEN), self.sandbox.restore(OTHER_TOKEN)
        if self.dice.random() < 0.5:
            with suppress(PartnerError):  # An old fault may hit this very call.
                connect(self.dice.choice([TOKEN, OTHER_TOKEN]), timezone.now())
        self.retry_now()

    def retry_now(self) -> None:
        for audience in CustomAudience.objects.select_related("ad_account__connection"):
            for scope in (audience, audience.ad_account, audience.ad_account.connection):
                pauses.resume(scope, timezone.now())

    def rest(self) -> None:
        self.done["rests"] += 1

    def sent(self) -> int:
        return Attempt.objects.filter(outcome="accepted").count()

    def database_came_back(self) -> None:
        """This process's own connection did not survive."""
        database.close()

    def calm_down(self) -> None:
        """No more faults and kills: whoever is on the way arrives, but for those whose data is odd."""
        self.sandbox.clear_faults()
        for email in self.odd.keys() - self.refused():
            self.refuse(email)
        self.people_come(1)
        self.keep_workers_up()
        try:
            wait_until(self.all_are_settled, CALMS_DOWN, every=1)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.standing()}") from None

    def standing(self) -> str:
        """Where everybody is, for whoever wonders."""
        waiting = SyncBatch.objects.filter(state__in=("open", "sealed")).values_list("state", "cause", "lease_until")
        held = [list(model.objects.values("pause_kind", "pause_detail", "paused_until")) for model in pauses.SCOPES]
        outcomes = Counter(Attempt.objects.values_list("outcome", flat=True))
        told = fate(self.canvas), Profile.objects.count(), list(waiting[:10]), held, outcomes, self.done
        return f"{timezone.now()} {told}"

    def all_are_settled(self) -> bool:
        self.keep_workers_up()
        if pauses.next_due(timezone.now()) or SyncBatch.objects.filter(state="sealed", tries__gt=0).exists():
            self.mend()
        others = {"synced": Profile.objects.count() - len(self.odd), "not_synced": len(self.odd)}
        return fate(self.canvas) == {name: people for name, people in others.items() if people}

    def count(self) -> str:
        """Everybody once, and again for each answer that was lost on the way to us."""
        call_command("audit_sync", stdout=StringIO())
        [audience] = self.sandbox.audiences()
        with self.sandbox.world.lock:
            arrivals = self.sandbox.world.audiences[audience["id"]].people.arrivals()
        arrived = {orjson.loads(row)[0]: times for row, times in arrivals.items()}
        taken, unheard = self.requests()
        parents = dict(SyncBatch.objects.values_list("pk", "parent"))
        rows = Member.objects.values_list("profile__email", "batch")
        came = {email: sum(taken[one] for one in lineage(batch, parents)) for email, batch in rows}
        wanted = {cell(email): times for email, times in came.items() if email not in self.odd}
        assert arrived == wanted, "somebody was lost, or sent for no reason"
        assert all(times == 1 for batch, times in (taken - unheard).items())
        assert self.refused() == self.odd.keys(), "whose data is good was given up, or the other way round"
        assert_nothing_private([*tables(), self.log.read_text()], [*map(cell, came), "@example.com"])
        twice = sum(times > 1 for times in arrived.values())
        return self.figures(len(came), twice, unheard)

    def refused(self) -> set[str]:
        its_row, alone = Q(verdict="refused"), Q(batch__state="failed", batch__cause="RowRefused")
        return set(Member.objects.filter(its_row | alone).values_list("profile__email", flat=True))

    def requests(self) -> tuple[Counter, Counter]:
        """By batch, how often Facebook took it; and how often the answer did not reach us: a crash or a lossy fault."""
        heard = {entry["session_id"]: entry for entry in self.sandbox.ledger() if entry["rows"]}
        taken, unheard = Counter(), Counter()
        for batch, session, outcome in Attempt.objects.values_list("batch", "session_id", "outcome"):
            entry = heard.get(str(session))
            if entry and was_taken(entry):
                taken[batch] += 1
                crashed = outcome == "lost"
                assert crashed or outcome == "accepted" or entry["fault"] in LOSSY, (outcome, entry)
                unheard[batch] += outcome != "accepted"
                self.done["crashes between POST and settle"] += crashed
        return taken, unheard

    def figures(self, persons: int, twice: int, unheard: Counter) -> str:
        crashes, requests = self.done["crashes between POST and settle"], Attempt.objects.count()
        return (
            f"{database.vendor}: {persons:,} people, {requests:,} requests, {self.done['kills']} kills, "
            f"{self.done['faults']} faults, {len(self.odd)} refused by name; 0 lost, everything adds up; "
            f"{twice:,} sent more than once, by {crashes} crashes between POST and settle "
            f"and {unheard.total() - crashes} answers that were lost"
        )


def lineage(batch: int, parents: dict[int, int | None]) -> list[int]:
    """The batch, and those that it is a half of."""
    return [batch, *lineage(parents[batch], parents)] if parents[batch] else [batch]


def soak(sandbox, folder: Path, seconds: float, seed: int) -> str:
    one = Soak(sandbox, folder, seed)
    try:
        one.run(seconds)
        one.calm_down()
        return one.count()
    finally:
        one.home.destroy()
