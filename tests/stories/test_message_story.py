"""Messages as an operator runs them: people in, a Canvas launched, the worker sends, somebody unsubscribes."""

import csv
from urllib.request import Request, urlopen

from tests import running
from tests.cast import document, message

SENT_WITHIN = 15
"""Seconds, a slow machine's start of the worker included."""


def test_people_are_written_to_by_the_worker_and_unsubscribe_by_the_link(sandbox, sink, tmp_path):
    port = running.free_port()
    ours = {
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "DEFAULT_FROM_EMAIL": "news@brand.example", "HTTPS": "false",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    with running.installed(tmp_path, sandbox.url, **ours) as product:
        product.manage("import_profiles", people(tmp_path))
        with product.running("worker"), product.running("runserver", "--noreload", f"127.0.0.1:{port}"):
            product.manage("launch_canvas", product.write("first.json", canvas("First")))
            running.wait_until(lambda: len(sink.given) == 20, SENT_WITHIN)
            unsubscribe(next(one.message for one in sink.given if one.to == "p7@example.com"))
            product.manage("launch_canvas", product.write("second.json", canvas("Second")))
            running.wait_until(lambda: len(sink.given) == 39, SENT_WITHIN)
            running.wait_until(lambda: product.numbers("Second")["mail"]["pending"] == 0, SENT_WITHIN)
        numbers = product.numbers("Second")["mail"]
        assert (numbers["entered"], numbers["sent"], numbers["unsubscribed"], numbers["no_email"]) == (21, 19, 1, 1)
        assert product.manage("audit_sync").strip() == "Everything adds up."
    assert [one.to for one in sink.given].count("p7@example.com") == 1


def people(folder):
    path = folder / "people.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["external_id", "email", "first_name"])
        rows.writerows([[f"p{n}", f"p{n}@example.com", f"Ann {n}"] for n in range(20)] + [["p20", "", "Bob"]])
    return path


def canvas(name: str) -> dict:
    return document(message(subject=f"{name} for {{{{ first_name }}}}"), name=name)


def unsubscribe(letter) -> None:
    """As a mail program does."""
    at = letter["List-Unsubscribe"].strip(" <>")
    with urlopen(Request(at, letter["List-Unsubscribe-Post"].encode(), method="POST")) as answer:
        assert answer.status == 200
