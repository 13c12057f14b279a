"""`/metrics` in Prometheus' text format, read from the database at each call, so that it is right with many machines.

Only what is counted fast: what waits, how long, and what came of the latest attempts. No name of anybody or anything.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count
from django_q.brokers import get_broker
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from canvas.models import Canvas
from integrations.models import Attempt, Removal, SyncBatch

from . import beats, schedules

LATELY, LATEST = timedelta(hours=1), 1_000


class Installation(Collector):
    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterable[Metric]:
        yield gauge("queue_depth", "Bells that wait in the queue.", get_broker().queue_size())
        due = since(schedules.next_due(self.now), self.now)
        yield gauge("overdue_seconds", "How long the oldest due work has waited.", due)
        yield gauge("worker_silent_seconds", "Since a worker last answered.", since(beats.last_answer(), self.now))
        canvases = Canvas.objects.values_list("status").annotate(Count("pk")).order_by()
        yield by("canvases", "Canvases by status.", "status", canvases)
        yield by("batches", "Batches that are not settled, by state.", "state", waiting())
        yield by(
            "attempts_last_hour",
            "Attempts of the last hour, of the latest thousand, by outcome.",
            "outcome",
            self.attempts(),
        )
        yield gauge(
            "removals_waiting", "Removals that wait.", Removal.objects.filter(state=Removal.State.WAITING).count()
        )

    def attempts(self) -> Iterable[tuple[str, int]]:
        rows = Attempt.objects.order_by("-pk").values_list("outcome", "started_at")[:LATEST]
        return Counter(outcome or "under_way" for outcome, at in rows if at > self.now - LATELY).items()


def waiting() -> Iterable[tuple[str, int]]:
    rows = SyncBatch.objects.filter(state__in=(SyncBatch.State.OPEN, SyncBatch.State.SEALED))
    return rows.values_list("state").annotate(Count("pk")).order_by()


def since(moment: datetime | None, now: datetime) -> float:
    """Seconds; 0 for what lies ahead, and -1 where there is no such moment."""
    return max((now - moment).total_seconds(), 0.0) if moment else -1.0


def gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"audience_sync_{name}", about, value)


def by(name: str, about: str, label: str, rows: Iterable[tuple[str, int]]) -> Metric:
    family = GaugeMetricFamily(f"audience_sync_{name}", about, labels=[label])
    for value, count in rows:
        family.add_metric([value], count)
    return family


def text(now: datetime) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Installation(now))
    return generate_latest(registry)
