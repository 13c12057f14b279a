"""The main job, over the API alone: a shop's program brings people, builds, connects, launches, and sees what came of
everybody; then the token dies, is replaced, and all recovers.
"""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from config import schedules
from config.team.models import AuditEvent
from tests.api.caller import Caller
from tests.cast import ACCOUNT, OTHER_TOKEN, TOKEN

pytestmark = pytest.mark.django_db
FATES = ("synced", "pending", "missing_fields", "not_synced", "withdrawn")


class Program(Caller):
    """Whatever it asks must be granted; what it gets is the answer's JSON."""

    def __init__(self) -> None:
        super().__init__()
        out = StringIO()
        call_command("create_api_key", "Shop", "--scope", "all", stdout=out, stderr=StringIO())
        self.text = out.getvalue().strip()

    def does(self, method: str, path: str, body: dict | None = None) -> dict:
        answer = self.call(method, path, body)
        assert answer.status_code in (200, 201), answer.content
        return answer.data

    def fate(self, canvas: int) -> dict[str, int]:
        """What became of the people of the Facebook step; it must add up."""
        steps = {row["key"]: row for row in self.does("GET", f"/canvases/{canvas}/analytics")["steps"]}
        assert steps["fb"]["entered"] == sum(steps["fb"][name] for name in FATES)
        return {name: steps["fb"][name] for name in FATES if steps["fb"][name]}

    def people(self, canvas: int, status: str) -> list[dict]:
        path, cursor, found = f"/canvases/{canvas}/steps/fb/people?status={status}&limit=400", "", []
        while cursor is not None:
            page = self.does("GET", f"{path}&cursor={cursor}")
            found, cursor = found + page["people"], page["next"]
        return found


def person(number: int) -> dict:
    """Of ten people, eight are American, and of twenty one has no e-mail."""
    email = f" Person{number}@Example.COM " if number % 20 else None
    country = "US" if number % 10 < 8 else "CA"
    return {"external_id": f"p{number}", "email": email, "country": country, "visits": number % 7}


def tick(hours: float = 0) -> datetime:
    now = timezone.now() + timedelta(hours=hours)
    schedules.run(lambda: now)
    return now


AMERICANS = {"attribute": "country", "op": "is", "value": "us"}
STEPS = [
    {"key": "fb", "type": "facebook_audience", "next": {"next": "wait"}, "settings": {
        "ad_account": ACCOUNT, "audience_name": "Win back", "fields": ["email"]}},
    {"key": "wait", "type": "delay", "settings": {"duration": "P1D"}, "next": {}},
]  # fmt: skip
CANVAS = {"name": "Win back", "entry": {"type": "scheduled", "at": "launch"}, "audience": {"segment": "Americans"}}


def test_the_main_job_over_the_api_alone(sandbox):
    shop = Program()
    for first in (0, 1000):
        sent = {"attributes": [person(number) for number in range(first, first + 1000)]}
        assert shop.does("POST", "/users/track", sent)["attributes_processed"] == 1000
    assert shop.does("GET", "/users/p1")["custom_attributes"] == {"visits": 1}
    segment = shop.does("POST", "/segments", {"name": "Americans", "filter": AMERICANS})["id"]
    assert shop.does("GET", f"/segments/{segment}")["people"] == 1600
    canvas = shop.does("POST", "/canvases", CANVAS | {"steps": STEPS})["id"]

    refused = shop.post(f"/canvases/{canvas}/launch")
    assert refused.status_code == 422 and refused.data["problems"][0]["id"] == "facebook.E001"
    connected = shop.does("PUT", "/partners/facebook", {"system_user_token": TOKEN})
    assert connected["status"] == "ok" and ACCOUNT in {account["id"] for account in connected["ad_accounts"]}
    assert shop.does("POST", f"/canvases/{canvas}/launch")["status"] == "active"

    tick()
    assert shop.fate(canvas) == {"synced": 1500, "missing_fields": 100}
    assert sandbox.audiences()[0]["size"] == 1500
    jane = next(one for one in shop.people(canvas, "synced") if one["external_id"] == "p1")
    assert jane["sent_at"] and jane["attempts"] == 1 and not jane["cause"]
    assert len(shop.people(canvas, "missing_fields")) == 100 and len(shop.people(canvas, "")) == 1600
    assert [event.via for event in AuditEvent.objects.filter(action="canvas.launched")] == ["Shop"]


def test_a_token_that_dies_is_seen_replaced_and_all_recovers(sandbox):
    shop = Program()
    shop.does("POST", "/users/track", {"attributes": [person(number) for number in range(1, 11)]})
    shop.does("POST", "/segments", {"name": "Americans", "filter": AMERICANS})
    shop.does("PUT", "/partners/facebook", {"system_user_token": TOKEN})
    canvas = shop.does("POST", "/canvases", CANVAS | {"steps": STEPS})["id"]
    shop.does("POST", f"/canvases/{canvas}/launch")
    sandbox.revoke(TOKEN)
    tick()
    assert shop.fate(canvas) == {"pending": 8}
    assert "not accepted any more" in shop.people(canvas, "pending")[0]["cause"]
    seen = shop.does("GET", "/partners/facebook")
    assert seen["status"] == "broken" and "revoked" in seen["reason"]

    assert shop.does("PUT", "/partners/facebook", {"system_user_token": OTHER_TOKEN})["status"] == "ok"
    tick(0.1)
    assert shop.fate(canvas) == {"synced": 8}
    shop.does("POST", f"/canvases/{canvas}/stop")
    tick(48)
    assert shop.does("GET", f"/canvases/{canvas}/analytics")["canvas"]["inside"] == 8
    shop.does("POST", f"/canvases/{canvas}/resume")
    tick(48)
    assert shop.does("GET", f"/canvases/{canvas}/analytics")["canvas"]["exited"] == 8
