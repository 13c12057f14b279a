"""Webhooks as an operator runs them: the shop's server is down for a moment, and gets each request all the same."""

import csv
import hashlib
import hmac
import json

from tests import running
from tests.cast import document, webhook
from tests.hook_sink import Got, Receiver

SENT_WITHIN = 60
"""Seconds: the first pause is up to 30, and a slow machine's start of the worker comes first."""
MAKE_KEY = (
    "from integrations.webhook import signing; from django.utils import timezone; print(signing.make(timezone.now()))"
)


def test_the_worker_asks_again_until_a_server_that_was_down_takes_each_request(sandbox, tmp_path):
    with (
        Receiver() as hook,
        running.installed(tmp_path, sandbox.url, WEBHOOK_PRIVATE_HOSTS="127.0.0.1") as product,
    ):
        hook.answers = [503]
        product.manage("import_profiles", people(tmp_path))
        key = product.manage("shell", "-v", "0", "-c", MAKE_KEY).strip()
        with product.running("worker"):
            body = '{"id": "{{ external_id }}", "name": "{{ first_name }}"}'
            step = webhook(url=hook.url, body=body)
            product.manage("launch_canvas", product.write("orders.json", document(step, name="Orders")))
            running.wait_until(lambda: product.numbers("Orders")["hook"]["sent"] == 20, SENT_WITHIN)
        assert product.manage("audit_sync").strip() == "Everything adds up."
    assert len(hook.got) == 21 and all(is_ours(key, got, f"{hook.url}/") for got in hook.got)
    asked = {got.headers["Idempotency-Key"]: json.loads(got.body)["id"] for got in hook.got}
    assert sorted(asked.values()) == sorted(f"p{n}" for n in range(20))


def people(folder):
    path = folder / "people.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["external_id", "first_name"])
        rows.writerows([f"p{n}", f'Ann "{n}"'] for n in range(20))
    return path


def is_ours(key: str, got: Got, address: str) -> bool:
    """As docs/webhooks.md says it."""
    head = f"{got.headers['Audience-Sync-Timestamp']}\n{got.method}\n{address}\n".encode()
    expected = "v1=" + hmac.new(key.encode(), head + got.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, got.headers["Audience-Sync-Signature"])
