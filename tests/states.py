"""A Canvas in which something became of everybody, and not the same."""

from datetime import datetime, timedelta

from audiences import erasure
from canvas.models import Canvas
from integrations.models import SyncBatch
from tests.cast import delay, facebook_step, launch, people, tick

EVERY_STATE = {"synced": 4, "pending": 7, "missing_fields": 1, "not_synced": 5, "withdrawn": 1}
FAULTS = (("invalid_rows", {"rows": 1}), ("error", {"code": 1}), ("code_2", {}), ("http_500_html", {}))


def in_every_state(sandbox, settings, now: datetime) -> Canvas:
    """Five batches: with a row refused and one left out, given up, waiting for two causes, and one that went well."""
    settings.SYNC_BATCH_SIZE = 4
    people(1, email=""), people(17, first_name="Jane")
    canvas = launch(facebook_step(then="wait"), delay(), at=now)
    for kind, knobs in FAULTS:
        sandbox.fault(kind, {"path_regex": "/users"}, **knobs)
    tick(now)
    second = SyncBatch.objects.order_by("pk")[1:2].get()
    SyncBatch.objects.filter(pk=second.pk).update(clock_at=now - timedelta(hours=settings.SYNC_RETRY_HOURS))
    erasure.erase(["p8"], now)
    tick(now)
    return canvas
