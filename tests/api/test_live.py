"""Over a real connection: every curl line of the documentation page runs as it was copied; an event lets people in."""

import html
import os
import re
import shutil
import subprocess

import pytest
import requests
from django.utils import timezone

from canvas.models import Entry
from config import schedules
from config.team.models import ApiKey
from integrations import sync
from tests.cast import delay, launch, people
from tests.factories import ProfileFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("connection")]
LINE = re.compile(r'<b class="method">(\w+)</b> /api/v1(\S+)</code>.*?<code>(curl .*?)</code>', re.S)
PLAIN = "silent\nshow-error\nfail-with-body\n"
"""For curl, beside the lines: it fails when the answer is a refusal."""
TOLD = (
    ("POST /segments", "SEGMENT_ID", re.compile(r'"id":(\d+)').search),
    ("POST /canvases", "CANVAS_ID", re.compile(r'"id":(\d+)').search),
    ("POST /users/delete", "RECEIPT", re.compile(r'"receipt":"(.+?)"').search),
)
"""What a reader takes from an answer for the lines that follow."""


@pytest.fixture
def key() -> str:
    return ApiKey.make("shop", list(ApiKey.SCOPES))[1]


@pytest.mark.skipif(not shutil.which("curl") and not os.environ.get("CI"), reason="There is no curl here.")
def test_every_line_of_the_page_runs_as_it_was_copied(live_server, key, now, tmp_path):
    (tmp_path / ".curlrc").write_text(PLAIN)
    page = requests.get(f"{live_server.url}/api/v1/docs", timeout=20).text
    lines = {f"{method} {path}": html.unescape(line) for method, path, line in LINE.findall(page)}
    assert len(lines) == page.count("<code>curl ")
    ProfileFactory(external_id="jane")
    by_call = launch(delay(), at=now, name="By a call", entry={"type": "api"}, audience=None)
    names = {"API_KEY": key, "EXTERNAL_ID": "jane", "KEY": "facebook_audience"}
    for call in sorted(lines, key=lambda call: call != "GET /users/{external_id}"):
        own = {"CANVAS_ID": str(by_call.pk)} if call.endswith("/trigger") else {}
        answer = run(lines[call], os.environ | names | own | {"CURL_HOME": str(tmp_path)})
        names |= {name: read(answer)[1] for made, name, read in TOLD if made == call}


def run(line: str, environment: dict[str, str]) -> str:
    done = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_an_event_lets_somebody_in_within_one_pass(live_server, key):
    people(2)

    def post(path: str, body: dict) -> dict:
        bearer = {"Authorization": f"Bearer {key}"}
        answer = requests.post(f"{live_server.url}/api/v1{path}", json=body, headers=bearer, timeout=20)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    where = [{"property": "sku", "op": "is", "value": "A"}]
    entry = {"type": "action", "event": "bought", "where": where}
    canvas = post("/canvases", {"name": "Bought", "entry": entry, "audience": None, "steps": [delay()]})["id"]
    post(f"/canvases/{canvas}/launch", {})
    bought = {"name": "bought", "time": timezone.now().isoformat(), "properties": {"sku": "A"}}
    other = bought | {"external_id": "p1", "properties": {"sku": "B"}}
    assert post("/users/track", {"events": [bought | {"external_id": "p0"}, other]})["events_processed"] == 2
    assert schedules.next_due(timezone.now()) <= timezone.now(), "the supervisor, who asks each second, rings at once"
    schedules.one_pass(timezone.now, sync.Sender())
    assert list(Entry.objects.values_list("profile__external_id", "context")) == [("p0", {"sku": "A"})]
