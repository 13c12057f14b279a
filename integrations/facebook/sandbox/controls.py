"""What a person or a test may do to the sandbox: `Sandbox` is this in a process, `control` over HTTP.

Unknown ids raise LookupError; facts, knobs and settings that do not exist raise ValueError.
"""

import re
from collections import Counter
from dataclasses import asdict, fields
from typing import Any

import orjson

from integrations.facebook.sandbox.accounts import AdAccount
from integrations.facebook.sandbox.audiences import Audience
from integrations.facebook.sandbox.settings import Settings
from integrations.facebook.sandbox.tokens import Token
from integrations.facebook.sandbox.world import World

Facts = dict[str, Any]


class Controls:
    def __init__(self, world: World) -> None:
        self.world = world

    def state(self) -> Facts:
        """Without tokens, app secret and rows."""
        world = self.world
        with world.lock:
            settings = {name: value for name, value in asdict(world.settings).items() if name != "app_secret"}
            return {
                "settings": settings,
                "tokens": [_token_facts(token) for token in world.tokens.values()],
                "accounts": [self._account_facts(account) for account in world.accounts.values()],
                "audiences": [_audience_facts(audience) for audience in world.audiences.values()],
                "faults": world.faults.listed(),
                "requests": world.ledger.last,
            }

    def reset(self) -> None:
        with self.world.lock:
            self.world.reset()

    def settings(self, **changes: Any) -> Facts:
        """Any field of `Settings`, e.g. require_proof, delete_minimum, versions."""
        with self.world.lock:
            _refuse_unknown(Settings, changes)
            if "versions" in changes:
                changes["versions"] = _versions(changes["versions"])
            _change(self.world.settings, changes)
            self.world.changes += 1
        return self.state()["settings"]

    def null(self, on: bool = True) -> Facts:
        self.settings(null=bool(on))
        return {"on": bool(on)}

    def ledger(self, since: int = 0) -> list[Facts]:
        with self.world.lock:
            return self.world.ledger.since(since)

    # Tokens

    def add_token(self, token: str, **facts: Any) -> Facts:
        """Creates or replaces. `accounts` is a list of ids or "all"."""
        with self.world.lock:
            _refuse_unknown(Token, facts)
            made = Token(token, **{"issued_at": int(self.world.now()), **facts})
            self.world.tokens[token] = made
            self.world.changes += 1
            return _token_facts(made)

    def revoke(self, token: str, subcode: int | None = 467) -> Facts:
        """By the token or its last 4 characters; `subcode` is what its calls then answer beside 190."""
        return self._set_revoked(token, True, subcode)

    def restore(self, token: str) -> Facts:
        return self._set_revoked(token, False, 467)

    def _set_revoked(self, which: str, revoked: bool, subcode: int | None) -> Facts:
        with self.world.lock:
            chosen = [token for token in self.world.tokens.values() if which in (token.token, token.last4)]
            if not which or not chosen:
                raise LookupError("no such token")
            for token in chosen:
                token.revoked, token.revoked_subcode = revoked, subcode
            self.world.changes += 1
            return _token_facts(chosen[0])

    # Accounts

    def account(self, id: str, **facts: Any) -> Facts:
        """Creates or changes. `existing_custom_audiences` and `existing_other_audiences` fill it with so many lists
        that were made elsewhere, in place of those it was filled with before."""
        with self.world.lock:
            if not re.fullmatch(r"act_\d+", id):
                raise ValueError("an ad account's id is act_ and digits")
            fill = {name: facts.pop(name) for name in tuple(facts) if name in FILLED}
            _refuse_unknown(AdAccount, facts)
            account = self.world.accounts.setdefault(id, AdAccount(id))
            _change(account, facts)
            for name, number in fill.items():
                self._fill(id, FILLED[name], number)
            self.world.changes += 1
            return self._account_facts(account)

    def access(self, id: str, allowed: bool) -> Facts:
        """Taken away: 100/33 on the account and on its audiences."""
        if id not in self.world.accounts:
            raise LookupError("no such ad account")
        return self.account(id, allowed=bool(allowed))

    def _fill(self, account_id: str, subtype: str, number: int) -> None:
        world = self.world
        old = [one.id for one in world.living(account_id) if one.description == ELSEWHERE and one.subtype == subtype]
        for audience_id in old:
            del world.audiences[audience_id]
        for position in range(number):
            name = f"{subtype.capitalize()} made elsewhere {position + 1}"
            world.add_audience(account_id, name=name, description=ELSEWHERE, subtype=subtype)

    def _account_facts(self, account: AdAccount) -> Facts:
        facts = {name: value for name, value in vars(account).items() if name != "sessions"}
        return {**facts, "audiences": dict(Counter(one.subtype for one in self.world.living(account.id)))}

    # Audiences

    def audiences(self) -> list[Facts]:
        """Newest first, without the deleted."""
        with self.world.lock:
            facts = [_audience_facts(audience) for audience in self.world.audiences.values() if not audience.deleted]
        return facts[::-1]

    def rows(self, audience_id: str) -> Facts:
        """Every distinct row held now, over all columns ever sent; works for deleted audiences too."""
        with self.world.lock:
            people = self._audience(audience_id).people
            rows = [orjson.loads(text) for text in sorted(people.rows())]
            return {"schema": list(people.columns), "count": len(rows), "rows": rows}

    def count(self, audience_id: str) -> int:
        with self.world.lock:
            return len(self._audience(audience_id).people)

    def received(self, audience_id: str) -> Facts:
        """How often each distinct valid row arrived: `{"times": {"1": 9990, "2": 10}}` means ten came twice."""
        with self.world.lock:
            arrivals = self._audience(audience_id).people.arrivals()
        times = {str(times): rows for times, rows in sorted(Counter(arrivals.values()).items())}
        return {"distinct": len(arrivals), "total": arrivals.total(), "times": times}

    def delete_audience(self, audience_id: str) -> Facts:
        with self.world.lock:
            audience = self._audience(audience_id)
            audience.deleted = True
            self.world.changes += 1
            return _audience_facts(audience)

    def flag_audience(self, audience_id: str, fields: tuple[str, ...] = ("name",)) -> Facts:
        with self.world.lock:
            audience = self._audience(audience_id)
            audience.flagged = list(fields)
            self.world.changes += 1
            return _audience_facts(audience)

    def _audience(self, audience_id: str) -> Audience:
        if audience_id not in self.world.audiences:
            raise LookupError("no such audience")
        return self.world.audiences[audience_id]

    # Faults

    def fault(self, kind: str, match: dict[str, str] | None = None, **knobs: Any) -> Facts:
        """See the table in `faults`. `method`, `path_regex`, `times` and `after` may stand beside the knobs."""
        with self.world.lock:
            return asdict(self.world.faults.add(kind, match, **knobs))

    def faults(self) -> list[Facts]:
        with self.world.lock:
            return self.world.faults.listed()

    def clear_faults(self) -> None:
        with self.world.lock:
            self.world.faults.active.clear()


ELSEWHERE = "Made elsewhere"
FILLED = {"existing_custom_audiences": "CUSTOM", "existing_other_audiences": "WEBSITE"}


def _versions(given: Any) -> tuple[str, ...]:
    if not given or not all(re.fullmatch(r"v\d+\.\d+", version) for version in given):
        raise ValueError("versions look like v26.0")
    return tuple(sorted(given, key=lambda version: float(version[1:])))


def _refuse_unknown(kind: type, facts: Facts) -> None:
    unknown = facts.keys() - {field.name for field in fields(kind)}
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")


def _change(thing: Any, facts: Facts) -> None:
    for name, value in facts.items():
        setattr(thing, name, value)


def _token_facts(token: Token) -> Facts:
    facts = {name: value for name, value in vars(token).items() if name != "token"}
    return {"last4": token.last4, **facts}


def _audience_facts(audience: Audience) -> Facts:
    hidden = ("people", "received", "last_upload")
    facts = {name: value for name, value in vars(audience).items() if name not in hidden}
    return {**facts, "size": len(audience.people), "operation_status": audience.operation}
