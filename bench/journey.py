"""People through the product, as a worker does it: enter by a segment, the Facebook step, further steps; and settled.

    python -m bench.journey URL PORT prepare PEOPLE STEPS CANVASES     draws and launches, in a sandbox
    python -m bench.journey URL PORT work                              one worker: passes until all is settled
    python -m bench.journey URL PORT check PEOPLE STEPS CANVASES       everybody was sent, and stands at the end

The pass is `config.schedules.run`, which is what the queue's task runs; HTTP goes to the null server.
"""

import sys
import time
from collections.abc import Iterator

from bench import ground, timed

FIELDS = ["email", "phone", "first_name", "last_name", "gender", "date_of_birth", "city", "state", "zip", "country",
          "external_id"]  # fmt: skip


def prepare(people: int, steps: int, canvases: int) -> None:
    from django.conf import settings
    from django.utils import timezone

    from integrations.facebook.sandbox import Sandbox
    from integrations.models import AdAccount
    from tests import cast

    ground.clear()
    now = timezone.now()
    with Sandbox(port=0) as sandbox:
        settings.FACEBOOK_GRAPH_URL = sandbox.url
        cast.connect(cast.TOKEN, now)
        for number in range(canvases):
            cast.launch(*drawn(steps), at=now, name=f"Bench {number} {now:%H:%M:%S.%f}", audience=segment())
    AdAccount.objects.update(tier="standard_access", send_interval=5, gap=0)


def segment() -> dict:
    return {"filter": {"attribute": "external_id", "op": "exists"}}


def drawn(steps: int) -> Iterator[dict]:
    """A Facebook step, steps that are passed through (one after the other, all in a tick), and a Delay."""
    from tests import cast

    names = [*(f"pass{number}" for number in range(steps - 2)), "wait"]
    yield cast.facebook_step(then=names[0], fields=FIELDS)
    for name, after in zip(names, names[1:], strict=False):
        yield cast.delay(name, after, duration="PT0S")
    yield cast.delay("wait")


def work() -> None:
    from django.utils import timezone

    from canvas.models import EntryRun
    from config import schedules
    from integrations.models import SyncBatch

    waiting = SyncBatch.objects.filter(state__in=("open", "sealed"), size__gt=0)
    while schedules.run(timezone.now) or EntryRun.objects.filter(done=False).exists() or waiting.exists():
        time.sleep(0.01)


def check(people: int, steps: int, canvases: int) -> None:
    """Everybody was sent and went on to the last step."""
    from django.db.models import Sum

    from canvas.models import Cohort
    from integrations.models import SyncBatch

    sent = SyncBatch.objects.filter(state="done", missing=0).aggregate(n=Sum("size"))["n"]
    there = Cohort.objects.filter(ended_at=None, step__key="wait").aggregate(n=Sum("size"))["n"]
    assert (sent, there) == (people * canvases,) * 2, (sent, there)


if __name__ == "__main__":
    url, port, task, *numbers = sys.argv[1:]
    ground.start(url)
    from django.conf import settings

    settings.FACEBOOK_GRAPH_URL = f"http://127.0.0.1:{port}"
    tasks = {"work": work, "prepare": prepare, "check": check, "fill": ground.fill}
    timed.when_told(lambda: tasks[task](*map(int, numbers)) or {})
