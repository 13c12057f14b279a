"""A Canvas of some forty steps drawn at random, with every step type, joins and open ends, and people for it."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

COUNTRIES, ZONES = ("BE", "FR", "DE"), ("", "Asia/Tokyo", "America/New_York", "Europe/Brussels")
EVENTS = ("viewed", "ordered", "left")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SPANS = {"PT1H": timedelta(hours=1), "P1D": timedelta(days=1), "P3D": timedelta(days=3), "P8D": timedelta(days=8)}
STEPS, DAYS = 40, 30


class Plan:
    """What one seed stands for. `hook` is where webhooks are received."""

    def __init__(self, seed: int, hook: str) -> None:
        self.hook = hook
        self.random = random.Random(seed)  # noqa: S311
        hour = self.random.randrange(24 * 365)
        self.steps_made = STEPS
        self.start = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hour)

    def one_of(self, *some: Any) -> Any:
        return self.random.choice(some)

    def span(self) -> str:
        return self.random.choice(list(SPANS))

    def filter(self) -> dict:
        return self.one_of(
            {"attribute": "country", "op": "is", "value": self.one_of(*COUNTRIES)},
            {"attribute": "points", "op": "gte", "value": self.random.randrange(10, 60, 10)},
            {"not": {"attribute": "country", "op": "is", "value": self.one_of(*COUNTRIES)}},
        )

    def action(self) -> dict:
        asked = self.one_of({"event": self.one_of(*EVENTS)}, {"purchase": self.one_of("any", "TENT")})
        where = [{"property": "amount", "op": "gte", "value": 50}]
        return asked | ({"where": where} if "event" in asked and self.random.random() < 0.3 else {})

    def document(self) -> dict:
        rules = {name: make() for name, make in self.rules().items()}
        document = {"name": "Thirty days", "entry": self.entry(self.start)} | rules | {"steps": self.steps()}
        return {key: value for key, value in document.items() if value is not None}

    def rules(self) -> dict[str, Callable[[], Any]]:
        return {
            "audience": lambda: {"filter": self.one_of({"all": []}, self.filter())},
            "reentry": lambda: self.one_of(None, {"allowed": True}, {"allowed": True, "after": self.span()}),
            "limit": lambda: self.one_of(None, None, {"max": 40, "per": "lifetime"}, {"max": 3, "per": "day"},
                                         {"max": 5, "per": "run"}),
            "exit": lambda: self.one_of(None, self.action(), {"filter": self.filter()}),
            "conversions": lambda: [{"name": "Sold", "within": self.span(), **self.action()}],
        }  # fmt: skip

    def entry(self, now: datetime) -> dict:
        soon = (now + timedelta(hours=self.random.randrange(1, 48))).isoformat()
        return self.one_of(
            {"type": "scheduled", "at": "launch"}, {"type": "scheduled", "at": soon},
            {"type": "scheduled", "every": "day", "time": "09:00"},
            {"type": "scheduled", "every": "week", "time": "18:30", "weekdays": self.random.sample(WEEKDAYS, 3)},
            {"type": "action", **self.action()}, {"type": "api"},
        )  # fmt: skip

    def next_version(self, document: dict, standing: list[str], now: datetime) -> tuple[dict, dict[str, str]]:
        """A step or two gone, where people stand, one new, some set otherwise, perhaps other rules; and where people of
        steps go that are gone."""
        steps = [dict(step) for step in document["steps"]]
        chosen = {*self.random.sample(standing, min(1, len(standing))), self.random.choice(steps)["key"]}
        removed = {step["key"]: step for step in steps if step["key"] in chosen and self.random.random() < 0.5}
        left = [self.changed(step, removed) for step in steps if step["key"] not in removed]
        self.add_step(left)
        changed = document | {"steps": left} | {name: make() for name, make in self.rules().items() if self.seldom()}
        changed |= {"entry": self.entry(now)} if self.seldom() else {}
        keys = [step["key"] for step in left]
        return {key: value for key, value in changed.items() if value is not None}, {
            key: self.one_of("", *self.random.sample(keys, 3)) for key in removed
        }

    def seldom(self) -> bool:
        return self.random.random() < 0.25

    def changed(self, step: dict, removed: dict[str, dict]) -> dict:
        """Its ways lead past those that are removed; now and then it is set otherwise."""
        ways = {branch: past(target, removed) for branch, target in step["next"].items()}
        if self.seldom():
            settings, branches = self.made(step["type"], step["key"])
            step = step | {"settings": settings}
            ways = {branch: target for branch, target in ways.items() if branch in branches}
        return step | {"next": {branch: target for branch, target in ways.items() if target}}

    def add_step(self, steps: list[dict]) -> None:
        """On the way from one of them to the next."""
        at, self.steps_made = self.random.randrange(len(steps) - 1), self.steps_made + 1
        settings, branches = self.made(kind := self.random.choice(list(MAKERS)), key := f"s{self.steps_made}")
        before, after = steps[at], steps[at + 1]["key"]
        first = self.made(before["type"], before["key"])[1][0]
        before["next"] = before["next"] | {first: key}
        steps.insert(at + 1, {"key": key, "type": kind, "settings": settings, "next": {branches[0]: after}})

    def steps(self) -> list[dict]:
        kinds = [*MAKERS, *self.random.choices(list(MAKERS), k=STEPS - len(MAKERS))]
        self.random.shuffle(kinds)
        return [self.step(number, kind) for number, kind in enumerate(kinds)]

    def step(self, number: int, kind: str) -> dict:
        settings, branches = self.made(kind, f"s{number}")
        return {"key": f"s{number}", "type": kind, "settings": settings, "next": self.ways(number, branches)}

    def made(self, kind: str, key: str) -> tuple[dict, list[str]]:
        """Settings of a step, and its branches."""
        settings, branches = MAKERS[kind](self)
        named = {
            name: value.replace("KEY", key) if isinstance(value, str) else value for name, value in settings.items()
        }
        return named, branches

    def ways(self, number: int, branches: list[str]) -> dict[str, str]:
        """Each leads a little further on; few end there. The first goes on to the next step."""
        after = [f"s{other}" for other in range(number + 1, min(number + 7, STEPS))]
        if not after:
            return {}
        onward = {branch: self.random.choice(after) for branch in branches if self.random.random() < 0.9}
        return onward | {branches[0]: after[0]}

    def people(self, first: int, count: int) -> list[dict]:
        return [self.person(number) for number in range(first, first + count)]

    def person(self, number: int) -> dict:
        known = {
            "external_id": f"p{number}", "email": self.one_of("", f"p{number}@example.com", f"p{number}@example.com"),
            "country": self.one_of(*COUNTRIES), "time_zone": self.one_of(*ZONES),
        }  # fmt: skip
        return known | ({"points": self.random.randrange(0, 60, 5)} if self.random.random() < 0.7 else {})


def past(target: str, removed: dict[str, dict]) -> str:
    """The step to which the first ways of removed ones lead; "" at the end."""
    while target in removed:
        target = next(iter(removed[target]["next"].values()), "")
    return target


def delay(plan: Plan) -> tuple[dict, list[str]]:
    until = (plan.start + timedelta(hours=plan.random.randrange(24 * DAYS))).isoformat()
    weekly = {"weekday": plan.one_of(*WEEKDAYS), "time": plan.one_of("02:30", "09:00", "23:15")}
    zone = plan.one_of({}, {"zone": "person"})
    return plan.one_of({"duration": plan.span()}, {"until": until}, weekly | zone), ["next"]


def facebook(plan: Plan) -> tuple[dict, list[str]]:
    return {"ad_account": "act_1001", "audience_name": "List KEY", "fields": ["email"]}, ["next"]


def message(plan: Plan) -> tuple[dict, list[str]]:
    return {"channel": "email", "subject": "KEY", "body": "Hello {{ external_id }}"}, ["next"]


def webhook(plan: Plan) -> tuple[dict, list[str]]:
    return {"method": "POST", "url": f"{plan.hook}/KEY/{{{{ external_id }}}}", "body": "{}"}, ["next"]


def decision(plan: Plan) -> tuple[dict, list[str]]:
    return {"filter": plan.filter()}, ["yes", "no"]


def audiences(plan: Plan) -> tuple[dict, list[str]]:
    groups = [{"name": name, "filter": plan.filter()} for name in ("First", "Second", "Third")]
    return {"groups": groups}, ["First", "Second", "Third", "everyone_else"]


def actions(plan: Plan) -> tuple[dict, list[str]]:
    waited = [{"name": name, **plan.action()} for name in ("One", "Two")]
    return {"window": plan.span(), "actions": waited}, ["One", "Two", "everyone_else"]


def experiment(plan: Plan) -> tuple[dict, list[str]]:
    paths = [{"name": "A", "share": 30}, {"name": "B", "share": 50}]
    return {"paths": paths, "control": 20}, ["A", "B", "control"]


def update(plan: Plan) -> tuple[dict, list[str]]:
    change = plan.one_of({"add": {"points": 5}}, {"set": {"country": plan.one_of(*COUNTRIES)}}, {"remove": ["points"]})
    return change, ["next"]


MAKERS = {
    "delay": delay, "facebook_audience": facebook, "decision_split": decision, "audience_paths": audiences,
    "action_paths": actions, "experiment_paths": experiment, "user_update": update,
    "message": message, "webhook": webhook,
}  # fmt: skip
