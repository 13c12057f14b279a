"""Faults that can be switched on: which calls they hit, how often, and their knobs (contract 6, checklist point 8).

A fault is `{"kind", "match": {"method", "path_regex"}, "times", "after", ...knobs}`. `method` is the method as meant
(a POST with method=DELETE is a DELETE), `path_regex` is searched for in the path without query. `times` is how often it
fires (default 1, null for ever), `after` how many matching calls it lets pass first. A fault comes before every other
check; at most one fires per call, the oldest first.

| kind | does | knobs (default) |
|---|---|---|
| rate_80003 | custom audience limit: 400, 80003/2446079, usage headers at 100 | minutes (5) |
| rate_17 | account score: 400, 17/2446079, usage headers at 100 | seconds (300) |
| rate_613 | too many calls: 400, 613/1487742, usage headers at 100 | seconds (300), subcode (1487742) |
| code_1 | unknown error, "reduce the amount of data" | status (400), subcode (null) |
| code_2 | temporarily down, `is_transient` | status (400) |
| http_500_html | an HTML page | status (500), work (false) |
| html_200 | a 200 with an HTML page | work (false) |
| error_200 | a 200 whose body holds an error | code (2), subcode (null), work (false) |
| truncated_json | the answer breaks off in the middle of its JSON | keep (20 bytes), work (true) |
| empty_body | a 200 without a byte | status (200), work (true) |
| wrong_type | calls its JSON something else | type ("text/html"), work (true) |
| redirect | sends the caller elsewhere | status (302), to ("http://127.0.0.1:9/") |
| slow | waits before answering | seconds (1), first ("work"; "wait" waits before the work) |
| drop_before | reads the request, closes the connection, does nothing | - |
| drop_after | does the work, then closes the connection without a word | reset (false; true: TCP's RST) |
| cut_off | closes the connection before the announced end of the answer | bytes (5), work (true) |
| revoked_midway | revokes the call's token from this call on: 190/467 | subcode (467; null for a bare 190) |
| field_refused | fails calls that ask for this field | field ("business"), code (10; or 200) |
| too_large | fails uploads of more rows: 1/99, or a page of HTML | rows (5000), html (false), status (500) |
| invalid_rows | calls the first rows invalid, or all with this cell | rows (1), cell (null), reason ("invalid entry") |
| refused_100 | 400 with code 100; with `cell` only requests that hold it | cell (null) |
| received_short | answers fewer `num_received` than it took | rows (1) |
| short_page | a list's page holds at most so many items, even none, yet has `next` | rows (0) |
| error | any error | status (400), code (1), subcode, message, type, title, explained, transient |

`work`: whether the request takes effect although the answer is bad.
"""

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from integrations.facebook.sandbox import projection
from integrations.facebook.sandbox.call import Call

KINDS: dict[str, dict[str, Any]] = {
    "rate_80003": {"minutes": 5},
    "rate_17": {"seconds": 300},
    "rate_613": {"seconds": 300, "subcode": 1487742},
    "code_1": {"status": 400, "subcode": None},
    "code_2": {"status": 400},
    "http_500_html": {"status": 500, "work": False},
    "html_200": {"work": False},
    "error_200": {"code": 2, "subcode": None, "work": False},
    "truncated_json": {"keep": 20, "work": True},
    "empty_body": {"status": 200, "work": True},
    "wrong_type": {"type": "text/html", "work": True},
    "redirect": {"status": 302, "to": "http://127.0.0.1:9/"},
    "slow": {"seconds": 1, "first": "work"},
    "drop_before": {},
    "drop_after": {"reset": False},
    "cut_off": {"bytes": 5, "work": True},
    "revoked_midway": {"subcode": 467},
    "field_refused": {"field": "business", "code": 10},
    "too_large": {"rows": 5000, "html": False, "status": 500},
    "invalid_rows": {"rows": 1, "cell": None, "reason": "invalid entry"},
    "refused_100": {"cell": None},
    "received_short": {"rows": 1},
    "short_page": {"rows": 0},
    "error": {
        "status": 400,
        "code": 1,
        "subcode": None,
        "message": "An unknown error occurred",
        "type": "OAuthException",
        "title": "",
        "explained": "",
        "transient": None,
    },
}


@dataclass
class Fault:
    id: int
    kind: str
    method: str = ""
    path_regex: str = ""
    times: int | None = 1
    after: int = 0
    knobs: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    fired: int = 0

    def hits(self, call: Call) -> bool:
        """Counts the call if it matches. True: the fault fires now."""
        if self._spent or not self._matches(call):
            return False
        self.seen += 1
        if self.seen <= self.after:
            return False
        self.fired += 1
        return True

    @property
    def _spent(self) -> bool:
        return self.times is not None and self.fired >= self.times

    def _matches(self, call: Call) -> bool:
        if self.method and self.method.upper() != call.verb:
            return False
        return bool(re.search(self.path_regex, call.path)) and self._concerns(call)

    def _concerns(self, call: Call) -> bool:
        """Some kinds look at what the call asks or carries."""
        if self.kind == "field_refused":
            return self.knobs["field"] in projection.names(call)
        if self.kind == "too_large":
            return (call.rows or 0) > self.knobs["rows"]
        if self.kind in ("invalid_rows", "received_short") and call.rows is None:
            return False
        cell = self.knobs.get("cell")
        return cell is None or holds(call, cell)


def holds(call: Call, cell: str) -> bool:
    rows = call.data if isinstance(call.data, list) else []
    return any(cell == row or (isinstance(row, list) and cell in row) for row in rows)


def build(number: int, kind: str, match: dict[str, str] | None = None, **given: Any) -> Fault:
    """Raises ValueError for a kind, a knob or a pattern that does not exist."""
    if kind not in KINDS:
        raise ValueError(f"unknown fault {kind!r}: one of {', '.join(KINDS)}")
    common = {name: given.pop(name) for name in ("method", "path_regex", "times", "after") if name in given}
    common |= match or {}
    unknown = [*(given.keys() - KINDS[kind].keys()), *(common.keys() - {"method", "path_regex", "times", "after"})]
    if unknown:
        raise ValueError(f"{kind} has no knob {', '.join(sorted(unknown))}")
    re.compile(common.get("path_regex", ""))
    return Fault(number, kind, **common, knobs={**KINDS[kind], **given})


@dataclass
class Faults:
    active: list[Fault] = field(default_factory=list)
    last: int = 0

    def add(self, kind: str, match: dict[str, str] | None = None, **given: Any) -> Fault:
        fault = build(self.last + 1, kind, match, **given)
        self.last = fault.id
        self.active.append(fault)
        return fault

    def pick(self, call: Call) -> Fault | None:
        return next((fault for fault in self.active if fault.hits(call)), None)

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.active]
