"""Keeps the sandbox's world in a JSON file, so that a second run goes on where the first stopped.

The file holds tokens and rows: it is readable by its owner only. Faults and the ledger are not kept.
"""

import os
import threading
from collections import Counter
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import orjson

from integrations.facebook.sandbox.accounts import AdAccount
from integrations.facebook.sandbox.audiences import Audience
from integrations.facebook.sandbox.people import People
from integrations.facebook.sandbox.settings import Settings
from integrations.facebook.sandbox.tokens import Token
from integrations.facebook.sandbox.world import World

EVERY_SECONDS = 1.0


class Keeper(threading.Thread):
    """Writes the file whenever something changed, once a second at most, and at the end."""

    def __init__(self, world: World, path: Path) -> None:
        super().__init__(name="sandbox-keeper", daemon=True)
        self.world = world
        self.path = path
        self.saved = -1

    def run(self) -> None:
        while not self.world.stopping.wait(EVERY_SECONDS):
            self.save()
        self.save()

    def save(self) -> None:
        with self.world.lock:
            if self.saved == self.world.changes:
                return
            self.saved = self.world.changes
            text = orjson.dumps(dump(self.world))
        write(self.path, text)


def write(path: Path, text: bytes) -> None:
    """All or nothing: a crash leaves the old file."""
    beside = path.with_name(f"{path.name}.new")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text)
    beside.replace(path)


def dump(world: World) -> dict[str, Any]:
    return {
        "settings": asdict(world.settings),
        "tokens": [vars(token) for token in world.tokens.values()],
        "accounts": [vars(account) for account in world.accounts.values()],
        "audiences": [_dump_audience(audience) for audience in world.audiences.values()],
    }


def _dump_audience(audience: Audience) -> dict[str, Any]:
    return {**vars(audience), "people": [_dump_rows(audience.people, schema) for schema in audience.people.arrived]}


def _dump_rows(people: People, schema: tuple[str, ...]) -> dict[str, Any]:
    """Per row: its text, how often it arrived, whether it is held now."""
    held = people.held[schema]
    rows = [(text.decode(), times, text in held) for text, times in people.arrived[schema].items()]
    return {"schema": schema, "rows": rows}


def load(world: World, path: Path) -> None:
    """Nothing happens when there is no file yet."""
    if not path.exists():
        return
    kept = orjson.loads(path.read_bytes())
    with world.lock:
        settings = _known(Settings, kept["settings"])
        world.settings = Settings(**{**settings, "versions": tuple(settings["versions"])})
        world.tokens = {facts["token"]: Token(**_known(Token, facts)) for facts in kept["tokens"]}
        world.accounts = {facts["id"]: AdAccount(**_known(AdAccount, facts)) for facts in kept["accounts"]}
        world.audiences = {facts["id"]: _load_audience(facts) for facts in kept["audiences"]}


def _load_audience(facts: dict[str, Any]) -> Audience:
    people = People()
    for part in facts["people"]:
        schema = tuple(part["schema"])
        people.held[schema] = {text.encode() for text, _, held in part["rows"] if held}
        people.arrived[schema] = Counter({text.encode(): times for text, times, _ in part["rows"]})
    plain = {**_known(Audience, facts), "people": people, "last_upload": tuple(facts["last_upload"])}
    return Audience(**plain)


def _known(kind: type, facts: dict[str, Any]) -> dict[str, Any]:
    """A file of an older sandbox may hold what there is no more."""
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in facts.items() if name in names}
