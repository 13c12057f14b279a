"""Everything the sandbox knows: tokens, ad accounts, audiences, faults, ledger; and the world it starts with.

`lock` is held by whoever reads or changes it. Audience ids exceed 2^53, are odd so that a float cannot hold them, and
grow with the clock so that one sandbox after another does not give out the same.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from integrations.facebook.sandbox.accounts import AdAccount
from integrations.facebook.sandbox.audiences import Audience
from integrations.facebook.sandbox.faults import Faults
from integrations.facebook.sandbox.ledger import Ledger
from integrations.facebook.sandbox.settings import Settings
from integrations.facebook.sandbox.tokens import Token

FIRST_ID = 120_000_000_000_000_001


class World:
    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.now = clock
        self.changes = 0
        self._settings_at_start = settings
        self._last_id = 0
        self.reset()

    def reset(self) -> None:
        self.settings = replace(self._settings_at_start)
        self.tokens: dict[str, Token] = {token.token: token for token in default_tokens(int(self.now()))}
        self.accounts: dict[str, AdAccount] = {account.id: account for account in default_accounts()}
        self.audiences: dict[str, Audience] = {}
        self.faults = Faults()
        self.ledger = Ledger()
        self.changes += 1

    def living(self, account_id: str) -> list[Audience]:
        """Newest first, as observed (contract 3.3)."""
        own = [one for one in self.audiences.values() if one.account_id == account_id and not one.deleted]
        return own[::-1]

    def add_audience(self, account_id: str, **facts: Any) -> Audience:
        now = int(self.now())
        audience = Audience(self._next_id(), account_id, time_created=now, time_updated=now, **facts)
        self.audiences[audience.id] = audience
        return audience

    def _next_id(self) -> str:
        self._last_id = max(self._last_id + 10, FIRST_ID + int(self.now() * 1000) * 10)
        return str(self._last_id)

    def wait(self, seconds: float) -> None:
        """Ends early when the sandbox stops. Never under the lock."""
        self.stopping.wait(seconds)


def default_tokens(now: int) -> list[Token]:
    return [
        Token("SANDBOX-SYSTEM-USER-TOKEN", issued_at=now),
        Token("SANDBOX-TOKEN-TWO", issued_at=now, name="Sandbox system user two", user_id="122104857390262953"),
    ]


def default_accounts() -> list[AdAccount]:
    return [
        AdAccount("act_1001", "Northwind Store"),
        AdAccount("act_1002", "Northwind Outlet", tos_accepted=False),
        AdAccount("act_1003", "Northwind Archive", account_status=2, disable_reason=9),
        AdAccount("act_1004", "Northwind Agency", user_tasks=["ANALYZE"]),
    ]
