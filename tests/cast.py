"""Who and what plays in the tests: the brand's token and account, people, Canvases and what is done with them."""

from collections import Counter
from datetime import datetime

from django.contrib.auth.models import Group

from audiences.models import Profile
from canvas import launch as launching
from canvas.analytics import numbers
from canvas.models import Canvas
from config import schedules
from config.team.models import User
from integrations import connecting, outbox, sync
from integrations.partner import Receipt
from integrations.settling import Roll

TOKEN, OTHER_TOKEN = "SANDBOX-SYSTEM-USER-TOKEN", "SANDBOX-TOKEN-TWO"  # noqa: S105
ACCOUNT = "act_1001"
EVERYBODY = {"filter": {"all": []}}


def connect(token: str, now: datetime):
    return connecting.connect("facebook", token, now)


def user(role: str) -> User:
    """Somebody in that role; admins are staff."""
    found, _ = User.objects.get_or_create(email=f"{role.lower()}@example.com", defaults={"is_staff": role == "Admin"})
    found.groups.set(Group.objects.filter(name=role))
    return found


def people(count: int, **fields) -> list[Profile]:
    """That many people, each with an e-mail."""
    first = Profile.objects.count()
    rows = [
        Profile(external_id=f"p{number}", **({"email": f"p{number}@example.com"} | fields))
        for number in range(first, first + count)
    ]
    return Profile.objects.bulk_create(rows)


def facebook_step(key: str = "fb", then: str | None = None, **settings) -> dict:
    chosen = {"ad_account": ACCOUNT, "audience_name": "Win back", "fields": ["email"]} | settings
    return {"key": key, "type": "facebook_audience", "settings": chosen, "next": {"next": then} if then else {}}


def delay(key: str = "wait", then: str | None = None, **settings) -> dict:
    chosen = settings or {"duration": "PT1H"}
    return {"key": key, "type": "delay", "settings": chosen, "next": {"next": then} if then else {}}


def message(key: str = "mail", then: str | None = None, **settings) -> dict:
    chosen = {"channel": "email", "subject": "Hello {{ first_name }}", "body": "We miss you."} | settings
    return {"key": key, "type": "message", "settings": chosen, "next": {"next": then} if then else {}}


def webhook(key: str = "hook", then: str | None = None, **settings) -> dict:
    chosen = {"method": "POST", "url": "https://hooks.example.com/", "body": '{"id": "{{ external_id }}"}'} | settings
    return {"key": key, "type": "webhook", "settings": chosen, "next": {"next": then} if then else {}}


def split(filter: dict, yes: str | None = None, no: str | None = None, key: str = "split") -> dict:
    ways = {branch: target for branch, target in (("yes", yes), ("no", no)) if target}
    return {"key": key, "type": "decision_split", "settings": {"filter": filter}, "next": ways}


def document(*steps: dict, name: str = "Win back", **more) -> dict:
    entry = {"type": "scheduled", "at": "launch"}
    return {"name": name, "entry": entry, "audience": EVERYBODY, "steps": list(steps)} | more


def draft(*steps: dict, **more) -> Canvas:
    source = document(*steps, **more)
    return Canvas.objects.create(name=source["name"], document=source)


def launch(*steps: dict, at: datetime, **more) -> Canvas:
    canvas = draft(*steps, **more)
    launching.launch(canvas, at)
    return canvas


def tick(now: datetime) -> Counter:
    return schedules.run(lambda: now)


def deliver(claim: outbox.Claim) -> tuple[Receipt, Roll]:
    """The batch is read and posted; nothing is settled."""
    flight = sync.packed(claim)
    return flight.post(), flight.roll


def step_numbers(canvas: Canvas) -> dict[str, dict]:
    """The numbers of a Canvas by step key."""
    canvas = Canvas.objects.select_related("live_version").get(pk=canvas.pk)
    return {row["key"]: row for row in numbers(canvas)["steps"]}


def fate(canvas: Canvas, key: str = "fb") -> dict[str, int]:
    """What became of the people of a step that passes them on, or writes to them; only what isn't nought."""
    row = step_numbers(canvas)[key]
    names = FATES if row["type"] == "facebook_audience" else [name for name in row if name not in FIGURES]
    assert row["entered"] == sum(row[name] for name in names), row
    return {name: row[name] for name in names if row[name]}


FATES = ("synced", "pending", "missing_fields", "not_synced", "withdrawn")
FIGURES = ("key", "type", "entered", "proceeded")
