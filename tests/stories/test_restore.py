"""A backup, made and restored as docs/operations.md says: the numbers, the token and the journeys go on."""

import os
import re
import secrets
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from config.environment import ROOT
from tests import running
from tests.cast import FATES, TOKEN, delay, document, facebook_step

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
CANVAS = document(
    facebook_step("now", then="wait"), delay(then="later"), facebook_step("later", audience_name="Later on"),
)  # fmt: skip
COUNT = "from config.team.models import AuditEvent; print(AuditEvent.objects.count())"
FORGE = "from django.db import connection as c; c.cursor().execute(\"UPDATE team_auditevent SET action = 'x'\")"
PEOPLE = 120


def documented(what: str, url: str, copy) -> None:
    """Runs what the page says for this kind of database."""
    kind = "postgresql" if url.startswith("postgres") else "sqlite"
    [commands] = re.findall(rf"^```sh {what} {kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    places = {"DATABASE_URL": url, "DATABASE": url.removeprefix("sqlite:///"), "COPY": str(copy)}
    subprocess.run(["bash", "-euc", commands], env=os.environ | places, check=True)


@pytest.fixture
def copy(product, tmp_path):
    """Of an installation whose people have been sent once and wait; the worker runs while it is made."""
    crowd = tmp_path / "people.csv"
    crowd.write_text("external_id,email\n" + "".join(f"p{n},p{n}@example.com\n" for n in range(PEOPLE)))
    product.manage("connect_facebook", given=TOKEN)
    product.manage("import_profiles", crowd)
    product.manage("launch_canvas", product.write("canvas.json", CANVAS))
    path = tmp_path / "copy"
    with product.running("worker"):
        running.wait_until(lambda: product.numbers("Win back")["now"]["synced"] == PEOPLE, 60, every=0.5)
        documented("backup", product.environment["DATABASE_URL"], path)
    return path


@pytest.fixture
def restored(product, copy, sandbox, tmp_path):
    """Makes it anew on another machine, so to speak, where the old installation is no more."""
    folder = tmp_path / "anew"
    folder.mkdir()
    with running.new_database(folder) as url:
        documented("restore", url, copy)

        def anew(**keys: str) -> running.Installation:
            own = {"DATABASE_URL": url, "Q_CLUSTER_NAME": f"queue-{secrets.token_hex(4)}"} | keys
            return running.Installation(folder, FACEBOOK_GRAPH_URL=sandbox.url, **own)

        yield anew


def test_the_numbers_the_token_and_the_journeys_go_on(product, restored, sandbox):
    anew = restored()
    anew.manage("setup")
    assert anew.numbers("Win back") == product.numbers("Win back")
    assert anew.manage("audit_sync").strip() == "Everything adds up."
    assert anew.manage("shell", "-c", COUNT) == product.manage("shell", "-c", COUNT)
    with pytest.raises(AssertionError, match="only ever added to"):
        anew.manage("shell", "-c", FORGE)
    later = datetime.now(UTC) + timedelta(hours=2)
    for minute in range(3):
        anew.manage("tick", "--now", (later + timedelta(minutes=minute)).isoformat())
    fates = anew.numbers("Win back")["later"]
    assert {name: fates[name] for name in FATES if fates[name]} == {"synced": PEOPLE}
    assert sorted(audience["size"] for audience in sandbox.audiences()) == [PEOPLE, PEOPLE]
    assert anew.manage("audit_sync").strip() == "Everything adds up."


@pytest.mark.nightly
def test_with_another_key_all_but_the_secrets_is_there(product, restored):
    anew = restored(FERNET_KEYS="another key of forty letters and more than that")
    assert anew.numbers("Win back") == product.numbers("Win back")
    with pytest.raises(AssertionError, match="WRONG encryption keys: the token of facebook can't be decrypted"):
        anew.manage("doctor")
    anew.manage("connect_facebook", given=TOKEN)
    assert anew.manage("audit_sync").strip() == "Everything adds up."


def test_the_tools_that_the_page_names_are_here():
    assert shutil.which("pg_dump") and shutil.which("pg_restore") and shutil.which("sqlite3")
