"""Every Graph request received, in order, with what was answered; never a payload, a query string or a token."""

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

from integrations.facebook.sandbox.answers import Answer
from integrations.facebook.sandbox.call import Call
from integrations.facebook.sandbox.tokens import last4

MAX_ENTRIES = 100_000


@dataclass
class Entry:
    n: int
    at: float
    method: str
    """As meant: a POST with `method=DELETE` is a DELETE."""
    path: str
    audience_id: str | None
    rows: int | None
    session_id: str | None
    token_last4: str
    trace_id: str
    fault: str | None = None
    status: int | None = None
    """None: nothing was answered yet, or the connection was dropped before any work."""
    code: int | None = None
    subcode: int | None = None
    dropped: bool = False
    """The client never saw the answer."""

    def close(self, call: Call, answer: Answer) -> None:
        self.status = answer.status or None
        self.code = answer.error.get("code")
        self.subcode = answer.error.get("error_subcode")
        self.dropped = answer.dropped
        if isinstance(answer.body, dict) and "session_id" in answer.body:
            self.session_id = answer.body["session_id"]


@dataclass
class Ledger:
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=MAX_ENTRIES))
    last: int = 0

    def open(self, call: Call, at: float, trace: str, fault: str | None) -> Entry:
        self.last += 1
        audience_id = call.node if call.node.isdecimal() else None
        session = _session_id(call)
        told = last4(call.token)
        entry = Entry(self.last, at, call.verb, call.path, audience_id, call.rows, session, told, trace, fault)
        self.entries.append(entry)
        return entry

    def since(self, n: int) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in self.entries if entry.n > n]


def _session_id(call: Call) -> str | None:
    """As it was sent; what is not one stays out of the ledger."""
    session = call.object("session")
    value = session.get("session_id") if session else call.params.get("session_id")
    return str(value) if str(value).isdecimal() else None
