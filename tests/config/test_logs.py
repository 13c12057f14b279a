"""Every line of a request or a pass carries its id; none holds a secret or an address."""

import json
import logging
from io import StringIO

import pytest
from django.urls import reverse

from canvas.models import Canvas
from config import logs, schedules
from tests.api.caller import Caller
from tests.cast import TOKEN, facebook_step, launch, people, user


@pytest.fixture(params=["text", "json"])
def written(request):
    """What the handler of the settings writes, in either style."""
    style, told = request.param, StringIO()
    handler = logging.StreamHandler(told)
    handler.setFormatter(logs.FORMATTERS[style]())
    handler.addFilter(logs.Routes())
    requests, before = logging.getLogger("config.requests"), logging.getLogger("config.requests").level
    requests.setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    yield lambda: told.getvalue()
    logging.getLogger().removeHandler(handler)
    requests.setLevel(before)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "kept"),
    [("abcd-1234.X_y", True), ("", False), ("short", False), ("x" * 65, False), ("a b c d e f", False),
     ("evil\\nline-of-a-log", False), ("<script>alert", False)],
)  # fmt: skip
def test_a_request_has_an_id_the_callers_own_if_it_is_sane(client, given, kept):
    answer = client.get("/healthz", headers={"X-Request-ID": given} if given else {})
    told = answer.headers["X-Request-ID"]
    assert (told == given) if kept else (told != given and len(told) == 16)


@pytest.mark.django_db
def test_every_line_of_a_request_carries_its_id(client, written, monkeypatch):
    client.force_login(user("Viewer"))
    client.raise_request_exception = False
    monkeypatch.setattr("config.views.overview.rows", broken)
    answer = client.get("/", headers={"X-Request-ID": "from-the-proxy"})
    assert answer.status_code == 500 and answer.headers["X-Request-ID"] == "from-the-proxy"
    told = written()
    assert "Internal Server Error: /" in told and "RuntimeError" in told and "answered 500" in told
    assert told.count("from-the-proxy") == 2


@pytest.mark.django_db
def test_so_does_the_line_that_django_writes_when_all_is_over(client, written):
    client.get("/nothing/here", headers={"X-Request-ID": "from-the-proxy"})
    told = written()
    assert "Not Found" in told and told.count("from-the-proxy") == 2 == told.count("\n")


def broken(*args):
    raise RuntimeError("It failed")


@pytest.mark.django_db
def test_no_line_names_an_address(client, written):
    """An invitation's link, a person's external id, and what somebody typed."""
    client.get("/invitation/a-link-that-was-open-once/")
    client.get("/nobody-knows/jane@example.com")
    Caller().get("/users/jane-doe")
    client.post(reverse("canvas:stop", args=[12_345_678]))
    told = written()
    assert "/invitation/<str:text>/" in told and logs.NOWHERE in told and "users/<anything:external_id>" in told
    assert not [secret for secret in ("open-once", "jane", "12345678") if secret in told]


SECRETS = [
    f"GET /debug_token?input_token={TOKEN}&access_token={TOKEN} HTTP/1.1", f"Authorization: Bearer {TOKEN}",
    f'{{"system_user_token": "{TOKEN}"}}', f"{{'password': '{TOKEN}'}}", f"appsecret_proof={TOKEN}",
]  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
def test_what_looks_like_a_secret_is_taken_out(written, secret):
    log = logging.getLogger("integrations.sync")
    log.error("It said %s", secret)
    try:
        raise ValueError(secret)
    except ValueError:
        log.exception("The token is not accepted")
    told = written()
    assert TOKEN not in told and "It said" in told and "The token is not accepted" in told and "ValueError" in told


@pytest.mark.django_db
def test_a_pass_of_the_worker_is_known_by_its_id(connection, sandbox, written, now):
    people(1)
    launch(facebook_step(), at=now)
    sandbox.fault("code_1", path_regex="/users$", times=None)
    schedules.work(), schedules.work()  # The first looks at the connection and leaves the rest to the next bell.
    [line] = [line for line in written().splitlines() if "was not sent" in line]
    if line.startswith("{"):
        found = json.loads(line)
        assert len(found.pop("pass")) == 16 and found.pop("time").endswith("+00:00")
        assert found.pop("batch") and found.pop("audience") and found.pop("message").startswith("Batch ")
        assert found == {"level": "WARNING", "logger": "integrations.sync"}
    else:
        assert " WARNING integrations.sync [pass=" in line


@pytest.mark.django_db
def test_a_pass_that_fails_is_told_with_its_id_and_the_traceback(written, monkeypatch):
    Canvas.objects.create(name="Win back", document={}, status="active")
    monkeypatch.setattr(schedules, "run", broken)
    schedules.work()
    told = written()
    assert "The pass failed" in told and "RuntimeError: It failed" in told and "pass" in told


@pytest.mark.django_db
def test_what_machines_ask_leaves_no_line(client, written):
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
    assert written() == ""
