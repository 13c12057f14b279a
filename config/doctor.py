"""What must hold for the installation to do its work, checked one by one; each trouble comes with its cure.

Nothing is changed. A worker is alive when it answered the supervisor's pulse a short while ago: it leaves the time in
the cache that all processes share.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core import checks
from django.core.cache import cache
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.models import Schedule
from redis.exceptions import RedisError

from canvas.models import Canvas
from config.team import audit_guard
from integrations import partner
from integrations.errors import PartnerError, TokenRejected
from integrations.models import ConnectionSecret, Removal
from integrations.partner import Partner

from . import beats, sealed

SETUP = "Run `python manage.py setup`."
SILENT = timedelta(minutes=2)
"""Longer than the longest pass of a worker and one pulse."""
LATE = timedelta(days=1)
FAILURES = 3
NOT_A_TOKEN = "a-question-from-the-doctor"  # noqa: S105


class Sick(Exception):
    """What is wrong, and what helps."""

    def __init__(self, words: str, cure: str) -> None:
        self.words, self.cure = words, cure
        super().__init__(words)


@dataclass(frozen=True)
class Finding:
    name: str
    words: str
    cure: str = ""

    @property
    def is_well(self) -> bool:
        return not self.cure


def examine() -> Iterator[Finding]:
    """Every finding in turn; without a database that is up to date, there is nothing more to look at."""
    for name, check in FOUNDATION.items():
        finding = look(name, check)
        yield finding
        if not finding.is_well:
            return
    for name, check in CHECKS.items():
        yield look(name, check)
    for key, one in sorted(partner.PARTNERS.items()):
        yield look(key, lambda one=one: standing(one))


def look(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, check())
    except Sick as sick:
        return Finding(name, sick.words, sick.cure)


def settings_hold() -> str:
    found = [message for message in checks.run_checks() if message.is_serious()]
    if found:
        raise Sick(str(found[0].msg), found[0].hint or "Correct the setting and start again.")
    if settings.DEBUG:
        raise Sick("DEBUG is on: error pages tell strangers how this works.", "Set DEBUG=false.")
    return "complete" if settings.HTTPS else "complete, for a local trial (HTTPS=false)"


def database_answers() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        cure = "Start the database server, or correct DATABASE_URL."
        raise Sick(f"it can't be reached ({type(error).__name__}).", cure) from None
    return f"{connection.display_name} answers"


def migrations_are_applied() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise Sick(f"{len(missing)} are not applied.", f"Stop the worker. {SETUP} Start it again.")
    return "all applied"


def cache_keeps() -> str:
    try:
        cache.set("doctor", "here", 60)
        kept = cache.get("doctor")
    except (Error, RedisError, OSError) as error:
        raise Sick(f"it can't be used ({type(error).__name__}).", cache_cure()) from None
    if kept != "here":
        raise Sick("it forgets at once.", cache_cure())
    return "keeps what it is given"


def cache_cure() -> str:
    return "Start Redis, or correct BROKER_URL." if "redis" in settings.Q_CLUSTER else SETUP


def broker_answers() -> str:
    try:
        waiting = get_broker().queue_size()
    except (Error, RedisError, OSError) as error:
        raise Sick(f"it can't be reached ({type(error).__name__}).", cache_cure()) from None
    if not Schedule.objects.filter(name="sweep").exists():
        raise Sick("the sweep of each minute is not set up.", SETUP)
    return f"{'Redis' if 'redis' in settings.Q_CLUSTER else 'the database'} answers, {waiting} waiting"


def worker_lives() -> str:
    cure = "Start `python manage.py worker`, or look into its log."
    try:
        last = beats.last_answer()
    except (Error, RedisError, OSError):
        last = None
    if last is None:
        raise Sick("none has ever answered: nobody moves and nothing is sent.", cure)
    silent = timezone.now() - last
    if silent > SILENT:
        raise Sick(f"none has answered since {last:%Y-%m-%d %H:%M} UTC: nobody moves and nothing is sent.", cure)
    return f"answered {max(int(silent.total_seconds()), 0)} s ago"


def canvases_move() -> str:
    """A single failure may be anything; after some in a row it will not mend itself."""
    failing = Canvas.objects.filter(status=Canvas.Status.ACTIVE, failures__gte=FAILURES).order_by("failing_since")
    first = failing.first()
    if first:
        more = f", and {failing.count() - 1} more" if failing.count() > 1 else ""
        since = f"{first.failing_since:%Y-%m-%d %H:%M}"
        raise Sick(f"“{first}” has not moved since {since} UTC{more}.", "The worker's log says why, at every try.")
    return "none of them fails"


def secrets_are_readable() -> str:
    for words, cure in sealed.faults():
        raise Sick(words, cure)
    return f"{len(settings.FERNET_KEYS)} in use; every stored secret can be read"


def audit_log_is_kept() -> str:
    if not audit_guard.stands(connection):
        raise Sick("the database would let it be changed: somebody took its guard away.", SETUP)
    return "the database refuses to change or delete a line"


def removals_go_on() -> str:
    """Who was erased is out of custom audiences soon; too small an audience may take its 30 days."""
    waiting = Removal.objects.filter(state=Removal.State.WAITING)
    late = waiting.filter(created_at__lt=timezone.now() - LATE, small_since=None).aggregate(
        n=Count("pk"), at=Min("created_at")
    )
    if late["n"]:
        cure = "Open Erasures: the receipts say why, and what helps."
        raise Sick(f"{late['n']} have waited for a day and more, since {late['at']:%Y-%m-%d %H:%M} UTC.", cure)
    small = waiting.exclude(small_since=None).count()
    return f"{waiting.count()} wait, {small} of them for an audience that is too small"


def standing(one: Partner) -> str:
    """Whether the partner can be reached, and takes the token. One that is made up is refused by a partner in reach."""
    token = token_of(one.key)
    try:
        one.verify(token or NOT_A_TOKEN)
    except TokenRejected as error:
        if token:
            raise Sick(f"the token is not accepted. {error.detail}".strip(), error.cure) from None
        return "can be reached; no token is connected yet"
    except PartnerError as error:
        raise Sick(f"{error}", network_cure(error)) from None
    return "can be reached and accepts the token"


def token_of(key: str) -> str:
    """Nothing where there is none, or none that can be read (which is told above)."""
    try:
        secret = ConnectionSecret.objects.filter(connection__partner=key).first()
    except InvalidToken:
        return ""
    return secret.token if secret else ""


def network_cure(error: PartnerError) -> str:
    outward = "Let this machine reach the partner over HTTPS (see the settings of its address), then try again."
    return outward if error.kind == "Unavailable" else error.cure


FOUNDATION: dict[str, Callable[[], str]] = {
    "settings": settings_hold,
    "database": database_answers,
    "migrations": migrations_are_applied,
}
CHECKS: dict[str, Callable[[], str]] = {
    "cache": cache_keeps,
    "broker": broker_answers,
    "worker": worker_lives,
    "Canvases": canvases_move,
    "encryption keys": secrets_are_readable,
    "audit log": audit_log_is_kept,
    "removals": removals_go_on,
}
