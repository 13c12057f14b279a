"""From an event that was received to the person's row at Facebook: the product as it is run, with its worker.

    [DATABASE_URL=postgres://... BROKER_URL=redis://...] python -m bench.latency EVENTS

Web and worker are processes of their own; the sandbox is an app of the standard tier. Each person is new: her e-mail
address comes with her event, a second or so after the one before. Tells the seconds of each.
"""

import hashlib
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests

from bench import timed
from tests import running

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
EVENT, LONGEST = "ordered", 60


def main(events: int) -> dict:
    import django

    django.setup()
    from integrations.facebook.sandbox import Sandbox
    from tests.cast import TOKEN, delay, document, facebook_step

    with Sandbox(port=0) as sandbox, tempfile.TemporaryDirectory() as folder:
        port = running.free_port()
        with running.installed(Path(folder), sandbox.url, HTTPS="false", ALLOWED_HOSTS="127.0.0.1") as product:
            product.manage("connect_facebook", given=TOKEN)
            entry = {"entry": {"type": "action", "event": EVENT}, "audience": None}
            steps = facebook_step(then="wait", fields=["email"]), delay()
            product.manage("launch_canvas", product.write("canvas.json", document(*steps, **entry)))
            key = product.manage("create_api_key", "bench", "--scope", "all").strip()
            with product.running("worker"), product.running("runserver", "--noreload", str(port)):
                return {"rounds": measured(sandbox, f"http://127.0.0.1:{port}/api/v1/users/track", key, events)}


def measured(sandbox, url: str, key: str, events: int) -> list[float]:
    running.wait_until(lambda: answers(url), 60)
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    watching = threading.Thread(target=watch, args=(sandbox, seen, events))
    watching.start()
    chance = random.Random(1)
    for number in range(events):
        email = f"jane{number}@example.com"
        person = {"external_id": f"u{number}"}
        events_ = [person | {"name": EVENT, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}]
        body = {"attributes": [person | {"email": email}], "events": events_}
        answer = requests.post(url, json=body, headers={"Authorization": f"Bearer {key}"}, timeout=30)
        answer.raise_for_status()
        sent[hashlib.sha256(email.encode()).hexdigest()] = time.monotonic()
        time.sleep(chance.uniform(0.2, 2))
    watching.join()
    return [seen[row] - at for row, at in sent.items()]


def watch(sandbox, seen: dict[str, float], events: int) -> None:
    end = time.monotonic() + LONGEST + 3 * events
    audience = sandbox.audiences()[0]["id"]
    while len(seen) < events and time.monotonic() < end:
        for [row] in sandbox.rows(audience)["rows"]:
            seen.setdefault(row, time.monotonic())
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        return bool(requests.get(url, timeout=5).status_code)
    except requests.ConnectionError:
        return False


if __name__ == "__main__":
    timed.when_told(lambda: main(int(sys.argv[1])))
