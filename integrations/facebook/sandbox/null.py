"""Null mode, for benchmarks: an upload is read off the wire and counted, never parsed and never kept.

Version, token, access and flags are still checked, provided that the token comes in the header or the query. The
count is that of row boundaries in a compact JSON body: exact as long as no cell contains `],[`.
"""

import re

from integrations.facebook.sandbox.call import Call

SESSION = re.compile(rb'"session_id":\s*"?(\d+)')


def applies(call: Call) -> bool:
    return call.wire_method == "POST" and call.route.endswith("/users") and bool(call.body)


def prime(call: Call) -> None:
    """Fills in what would otherwise be worked out by parsing the body."""
    session = SESSION.search(call.body)
    call.verb = "POST"
    call.rows = call.body.count(b"],[") + 1
    call.params = {**call.query, **({"session_id": session[1].decode()} if session else {})}
    call.unreadable = False
