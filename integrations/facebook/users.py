"""One request to `/<audience>/users`: rows made from people, and Facebook's answer mapped back to them.

Always the array form of `schema`, one schema an audience. A 200 may hold rejected rows; Facebook names up to 100 of
them by the row's own text, and the rest is looked for by sending again in small parts (a repeat is harmless).
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace

import orjson

from ..errors import PartnerError, Unavailable
from ..partner import Parcel, Person, Receipt
from . import fields
from .graph import Graph, Reply
from .match_columns import Columns
from .match_fields import hashed

PART = 100
MOST_PARTS = 20

Row = tuple[str, ...]
SENT = Columns(hashed)
"""Kept from batch to batch: what it remembers makes the next one faster."""


def add(graph: Graph, parcel: Parcel) -> tuple[Receipt, list[Reply]]:
    """Sends whom it can; the receipt says what became of everybody. Raises PartnerError kinds."""
    wanted = fields.keys(parcel.audience.fields)
    rows = dict(zip((person.profile_id for person in parcel.people), rows_of(parcel.people, wanted), strict=True))
    missing = [profile for profile, row in rows.items() if not any(row)]
    sent = {profile: row for profile, row in rows.items() if any(row)}
    if not sent:
        return Receipt(missing=missing), []
    path, schema = f"{parcel.audience.partner_id}/users", [key for key, _ in wanted]
    first = post_all(graph, path, schema, list(sent.values()), parcel.session_id)
    named = named_rows(first)
    invalid = first.body.get("num_invalid_entries") or 0
    replies = [first]
    if invalid > len(named):
        replies += look_closer(graph, path, schema, [row for row in sent.values() if row not in named], named)
    refused = {profile: named[row] for profile, row in sent.items() if row in named}
    unnamed = max(0, invalid - sum(row in named for row in sent.values()))
    return replace(facts(first), rows=len(sent), missing=missing, refused=refused, unnamed=unnamed), replies


def rows_of(people: Sequence[Person], wanted: Sequence[tuple[str, str]]) -> list[Row]:
    names = {column for _, column in wanted} | {"country"}
    values = {name: [person.values[name] for person in people] for name in names}
    return SENT.rows(wanted, values)


def post_all(graph: Graph, path: str, schema: list[str], rows: Sequence[Row], session: int) -> Reply:
    """The request itself; an error tells how many rows met it."""
    try:
        return post(graph, path, schema, rows, session)
    except PartnerError as error:
        error.rows = len(rows)
        raise


def post(graph: Graph, path: str, schema: Sequence[str], rows: Sequence[Row], session: int, **more: str) -> Reply:
    body = more | {
        "payload": {"schema": schema, "data": rows},
        "session": {"session_id": session, "batch_seq": 1, "last_batch_flag": True, "estimated_num_total": len(rows)},
    }
    reply = graph.post(path, body)
    received = reply.body.get("num_received")
    if not isinstance(received, int) or received < len(rows):
        facts = {"status": reply.status, "trace_id": reply.trace_id, "version": reply.version}
        raise Unavailable(f"Facebook took {received} of {len(rows)} rows.", **facts)
    return reply


def named_rows(reply: Reply) -> dict[Row, str]:
    """The rows that Facebook names as invalid, with its reason: a map of row text to reason, or a list of texts."""
    samples = reply.body.get("invalid_entry_samples") or {}
    pairs = samples.items() if isinstance(samples, dict) else ((text, "") for text in samples)
    return {row: str(reason or "Facebook found the row invalid.") for text, reason in pairs for row in read_row(text)}


def read_row(text) -> Iterator[Row]:
    try:
        cells = orjson.loads(text)
    except (ValueError, TypeError):
        return
    if isinstance(cells, list) and all(isinstance(part, str) for part in cells):
        yield tuple(cells)


def look_closer(graph: Graph, path: str, schema: list[str], rows: list[Row], named: dict[Row, str]) -> list[Reply]:
    """Sends parts so small that every invalid row in them is named; adds to `named`. Gives up after 20 requests, or at
    an error: the batch itself was accepted, and what stays unnamed is only counted."""
    replies = []
    for at in range(0, min(len(rows), PART * MOST_PARTS), PART):
        try:
            reply = post(graph, path, schema, rows[at : at + PART], secrets.randbelow(2**63 - 1) + 1)
        except PartnerError:
            break
        named |= named_rows(reply)
        replies.append(reply)
    return replies


def facts(reply: Reply) -> Receipt:
    invalid = reply.body.get("num_invalid_entries")
    return Receipt(
        received=reply.body["num_received"], invalid=invalid if isinstance(invalid, int) else 0,
        trace_id=reply.trace_id, api_version=reply.version, http_status=reply.status,
    )  # fmt: skip
