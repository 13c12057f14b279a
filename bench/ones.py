"""Everybody in a cohort of her own, and everybody in a queue task of her own: what the design is held against.

    python -m bench.ones URL PORT cohorts PEOPLE     so many cohorts of one go on; one UPDATE of as many rows
    python -m bench.ones URL PORT tasks PEOPLE       so many tasks of django-q2, each of which sends one person

Tells the seconds of each. A task does the least: reads its person, hashes, posts and keeps where she stands.
"""

import logging
import sys
import time
from collections.abc import Callable

from bench import ground, timed

TABLE, LONGEST = "bench_standing", 300


def cohorts(port: int, people: int) -> dict:
    from django.utils import timezone

    from canvas import engine
    from canvas.models import Cohort
    from tests.cast import delay, launch

    ground.clear()
    now = timezone.now()
    steps = delay("first", "second"), delay("second", "third"), delay("third", "last"), delay("last")
    canvas = launch(*steps, at=now, name=f"Ones {now}", entry={"type": "api"}, audience=None)
    alone(canvas, people, now)
    seconds = []
    for _ in range(3):
        Cohort.objects.filter(canvas=canvas).update(due_at=now)
        seconds.append(took(lambda: drained(engine, now)))
    return {"cohorts": seconds, "update": [updated(people) for _ in range(3)]}


def alone(canvas, people: int, now) -> None:
    """Each of the first `people` in a cohort of her own, at the first step."""
    from django.db.models import F

    from audiences.models import Profile
    from canvas.insert_select import insert_select
    from canvas.models import Cohort, Entry

    source = Profile.objects.filter(pk__lte=people).order_by("pk")
    step = canvas.steps.get(key="first")
    insert_select(Cohort, {"canvas": canvas.pk, "step": step.pk, "size": 1, "arrived_at": now, "due_at": now}, source)
    first = Cohort.objects.filter(canvas=canvas).order_by("pk")[0].pk
    columns = {"canvas": canvas.pk, "profile": "pk", "trip": 1, "cohort": F("pk") + first - 1, "entered_at": now}
    insert_select(Entry, columns, source)


def drained(engine, now) -> None:
    while engine.work(now):
        pass


def updated(people: int) -> float:
    """The step kept with each person, and an index by which who is due is found."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (id BIGINT PRIMARY KEY, step_id BIGINT, due_at BIGINT)")
        cursor.executemany(f"INSERT INTO {TABLE} VALUES (%s, 1, 1)", [[number] for number in range(people)])  # noqa: S608
        cursor.execute(f"CREATE INDEX {TABLE}_due ON {TABLE} (step_id, due_at)")
        seconds = took(lambda: cursor.execute(f"UPDATE {TABLE} SET step_id = 2, due_at = 2 WHERE step_id = 1"))  # noqa: S608
        cursor.execute(f"DROP TABLE {TABLE}")
    return seconds


def tasks(port: int, people: int) -> dict:
    """The queue with its two processes, from the first task that was done to the last."""
    import subprocess

    from django_q.tasks import async_task

    from audiences.models import Profile
    from tests.running import wait_until

    known = Profile.objects.filter(pk__in=list(Profile.objects.order_by("pk").values_list("pk", flat=True)[:people]))
    known.update(language="")
    for one in known:
        async_task("bench.ones.send", one.pk, port)
    worker = subprocess.Popen([sys.executable, "manage.py", "qcluster"], cwd=timed.ROOT, stderr=subprocess.DEVNULL)
    done = known.filter(language="en")
    wait_until(lambda: done.count() > 0, LONGEST, every=0.02)
    seconds = wait_until(lambda: done.count() == people, LONGEST, every=0.02)
    worker.terminate()
    worker.wait()
    return {"tasks": seconds}


def send(pk: int, port: int) -> None:
    import requests

    from audiences.models import Profile
    from integrations.facebook import fields, users
    from integrations.partner import Person

    wanted = fields.keys(["email", "phone", "first_name", "last_name", "external_id"])
    columns = sorted({column for _, column in wanted} | {"country"})
    values = Profile.objects.values(*columns).get(pk=pk)
    rows = users.rows_of([Person(pk, values)], wanted)
    body = users.written([key for key, _ in wanted], rows, 1)
    requests.post(f"http://127.0.0.1:{port}/v26.0/1/users", data=body, timeout=10).raise_for_status()
    Profile.objects.filter(pk=pk).update(language="en")


def took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    url, port, task, people = sys.argv[1:]
    ground.start(url)
    logging.disable(logging.WARNING)
    timed.when_told(lambda: {"cohorts": cohorts, "tasks": tasks}[task](int(port), int(people)))
