"""The token's plaintext is found nowhere after a full run with faults: not by reading any table, dump, log or file, nor
on any page or in any answer that an Admin, a superuser or a program gets.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.urls import reverse

from canvas.models import EntryRun
from config.team.models import Notice, User, record
from integrations.models import ConnectionSecret
from tests import running
from tests.api.caller import Caller
from tests.cast import OTHER_TOKEN, TOKEN, delay, document, facebook_step, people, tick, user
from tests.every_url import API, DASHBOARD, MAY, A
from tests.faults.test_nothing_private import HOUR
from tests.faults.test_state_machine import PASSING
from tests.faults.written import TOKENS, logs, tables
from tests.world import World, signed_in

REFUSED = "SANDBOX-TOKEN-NOBODY-KNOWS"
WANTED = {form for token in (*TOKENS, REFUSED) for form in (token, quote(token, safe=""), json.dumps(token)[1:-1])}
ROWS = 10
"""So many of each model, the newest, are opened in the Django admin."""
Told = Iterator[tuple[str, str]]


@pytest.fixture
def world(connection, now, settings, tmp_path) -> World:
    settings.IMPORT_DIR = str(tmp_path / "imports")
    return World(now)


def leaky(told: Told) -> set[str]:
    """Where a token stands."""
    return {where for where, text in told if any(token in text for token in WANTED)}


def a_full_run(world: World, sandbox, now) -> Told:
    """Every fault there is, on whatever is asked meanwhile; each answer that somebody got."""
    program, browser = Caller(), signed_in(user("Admin"))
    for number, (kind, knobs) in enumerate(PASSING.items(), 1):
        sandbox.fault(kind, path_regex="", times=4, **knobs)
        yield from answers(browser, program, [TOKEN, OTHER_TOKEN, REFUSED][number % 3])
        moment = now + number * 2 * HOUR
        people(1, country="US")
        EntryRun.objects.create(canvas=world.live, planned_at=moment)
        tick(moment), tick(moment + HOUR)
    sandbox.clear_faults()
    for token in (TOKEN, OTHER_TOKEN):
        sandbox.revoke(token)
    tick(now + 100 * HOUR)
    yield from answers(browser, program, TOKEN)
    kept = program.post("/users/track", {"attributes": [{"external_id": "jane"}]}, **{"Idempotency-Key": "once"})
    yield "answer that is kept", kept.content.decode()
    for command in ("doctor", "rotate_encryption_key", "audit_sync"):
        yield f"command {command}", printed(command)


def answers(browser, program: Caller, token: str) -> Told:
    """Of those addresses that take a token, or ask Facebook with it."""
    for path, data in (("token", {"token": token}), ("check", {})):
        answer = browser.post(f"/partners/facebook/{path}/", data, follow=True)
        yield f"answer to {path}", f"{answer.content.decode()} {answer.headers} {answer.redirect_chain}"
    answer = program.put("/partners/facebook", {"system_user_token": token})
    yield "answer to PUT", f"{answer.content.decode()} {answer.headers}"


def printed(command: str, *args: str) -> str:
    out = StringIO()
    with suppress(CommandError):
        call_command(command, *args, stdout=out, stderr=out)
    return out.getvalue()


def everything(world: World) -> Told:
    """All that can be read afterwards."""
    yield from (("table", text) for text in tables())
    yield "dumpdata", printed("dumpdata")
    yield from pages(world)
    yield from staff_pages()
    yield from of_the_api(world)


def pages(world: World) -> Told:
    """Every page of the dashboard, as an Admin sees it; the audit log and its file stand among them."""
    for name in [name for name, row in DASHBOARD.items() if A in MAY[row.get]]:
        for path in world.addresses(name):
            answer = world.client(A).get(path)
            yield name, f"{b''.join(answer).decode()} {answer.headers}"


def staff_pages() -> Told:
    """Lists, rows and histories of every model that the Django admin knows, as a superuser sees them."""
    root = signed_in(User.objects.create_superuser("root@example.com", "a long enough password"))
    for model in admin.site._registry:
        place = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        rows = list(model._base_manager.values_list("pk", flat=True).order_by("-pk")[:ROWS])
        assert rows, f"nothing to look at: {place}"
        paths = [reverse(f"{place}_change", args=[row]) for row in rows]
        for path in [reverse(f"{place}_changelist"), reverse(f"{place}_history", args=rows[:1]), *paths]:
            answer = root.get(path)
            assert answer.status_code == 200, path
            yield "admin", answer.content.decode()


def of_the_api(world: World) -> Told:
    program = Caller()
    for name in [name for name, (method, _) in API.items() if method == "GET"]:
        for path in world.addresses(name):
            answer = program.get(path.removeprefix("/api/v1"))
            assert answer.status_code < 500
            yield "api", f"{answer.content.decode()} {answer.headers}"


@pytest.mark.django_db
def test_nothing_that_can_be_read_holds_the_token(world, sandbox, now):
    with logs() as told:
        answered = list(a_full_run(world, sandbox, now))
        read = list(everything(world))
    assert "was not sent" in told.getvalue() and len(answered) > 45 and len(read) > 500
    assert ConnectionSecret.objects.get().token in TOKENS
    assert leaky([*answered, *read, ("log", told.getvalue())]) == set()


@pytest.mark.django_db
def test_wherever_it_leaked_it_would_be_found(world):
    record("token.set", "facebook", actor=user("Admin"), why=TOKEN)
    world.segment.name = TOKEN
    world.segment.save()
    Notice.objects.update(text=TOKEN)
    found = leaky(everything(world))
    assert {"table", "dumpdata", "admin", "team:audit_csv", "team:notices", "audiences:segments", "api"} <= found


CANVAS = document(facebook_step(then="wait"), delay())
COMMANDS = ("audit_sync", "dumpdata", "rotate_encryption_key", "steps", "tick")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "revoked_midway", "after": 2},
        pytest.param({"kind": "drop_after", "times": 4}, marks=pytest.mark.nightly),
    ],
)
def test_no_file_of_an_installation_holds_the_token(sandbox, tmp_path, fault):
    """Real processes: what they write to the database, to their logs and to whoever calls them."""
    with running.installed(tmp_path, sandbox.url, SYNC_BATCH_SIZE="50") as product:
        told = [product.manage("connect_facebook", given=TOKEN)]
        product.manage("import_profiles", crowd(tmp_path))
        told.append(product.manage("launch_canvas", product.write("canvas.json", CANVAS)))
        sandbox.fault(method="POST", path_regex="/users$", **fault)
        with product.running("worker"):
            running.wait_until(lambda: "was not sent" in (tmp_path / "worker.log").read_text(), 60)
            told.append(product.manage("connect_facebook", given=OTHER_TOKEN))
            running.wait_until(lambda: product.numbers("Win back")["fb"]["pending"] == 0, 60, every=0.5)
        told += [product.manage(command) for command in COMMANDS]
        files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        files |= {"dump": dumped(product.environment["DATABASE_URL"])}
    assert b"Win back" in files["dump"] and b"was not sent" in files["worker.log"]
    held = [*files.items(), *(("command", text.encode()) for text in told)]
    assert {where for where, text in held if any(token.encode() in text for token in WANTED)} == set()


def crowd(folder: Path) -> Path:
    path = folder / "people.csv"
    path.write_text("external_id,email\n" + "".join(f"p{n},p{n}@example.com\n" for n in range(300)))
    return path


def dumped(url: str) -> bytes:
    """The whole database as text, by the database's own tool."""
    tool = ["pg_dump", url] if url.startswith("postgres") else ["sqlite3", url.removeprefix("sqlite:///"), ".dump"]
    return subprocess.run(tool, capture_output=True, check=True).stdout
