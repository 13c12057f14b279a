"""One request to `/<audience>/users`: rows made from people, and Facebook's answer mapped back to them.

Always the array form of `schema`, one schema an audience. A 200 may hold rejected rows; Facebook names up to 100 of
them by the row's own text, and the rest is looked for by sending again in small parts (a repeat is harmless).
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import orjson

from ..errors import PartnerError, Unavailable
from ..partner import Parcel, People, Person, Receipt
from . import fields
from .graph import Graph, Reply
from .match_columns import Columns, Wanted
from .match_fields import hashed

PART = 100
MOST_PARTS = 20

Row = tuple[str, ...]
SENT = Columns(hashed)
"""Kept from batch to batch: what it remembers makes the next one faster."""


@dataclass(frozen=True)
class Packed:
    """The request, written; `sent` are the profiles of its rows, in their order, `missing` those without a cell.
    `filled` is the partner's contract's.
    """

    path: str
    wanted: Wanted
    people: People
    sent: Sequence[int]
    missing: Sequence[int]
    filled: Mapping[str, bytes]
    body: bytes

    @property
    def rows(self) -> list[Row]:
        """Made anew, since they are seldom asked for again; by nobody's memory, since this runs beside others."""
        rows = Columns(hashed).rows(self.wanted, self.people.columns)
        return [row for row in rows if any(row)] if self.missing else rows


def packed(parcel: Parcel) -> Packed:
    wanted, profiles = fields.keys(parcel.audience.fields), parcel.people.profiles
    columns = SENT.of(wanted, parcel.people.columns)
    rows, missing, sent = list(zip(*columns, strict=True)), [], profiles
    if not any(map(all, columns)):  # Most have a column that everybody fills, an id say.
        full = list(map(any, rows)) or [False] * len(profiles)
        missing = [profile for profile, has in zip(profiles, full, strict=True) if not has]
        rows, sent = list(compress(rows, full)), list(compress(profiles, full))
    body = written([key for key, _ in wanted], rows, parcel.session_id)
    path, filled = f"{parcel.audience.partner_id}/users", filled_in(parcel.audience.fields, wanted, columns)
    return Packed(path, wanted, parcel.people, sent, missing, filled, body)


def filled_in(chosen: Sequence[str], wanted: Wanted, columns: Sequence[Sequence[str]]) -> dict[str, bytes]:
    """A field of several keys, a date of birth, has all of its cells or none."""
    by_key = dict(zip((key for key, _ in wanted), columns, strict=True))
    return {name: bytes(map(bool, by_key[fields.FIELDS[name][0][0]])) for name in chosen}


def add(graph: Graph, packed: Packed) -> tuple[Receipt, list[Reply]]:
    """Sends whom it can; the receipt says what became of everybody. Raises PartnerError kinds."""
    if not packed.sent:
        return Receipt(missing=packed.missing), []
    first = post_all(graph, packed)
    found, replies = replace(facts(first), rows=len(packed.sent), missing=packed.missing), [first]
    named, invalid = named_rows(first), first.body.get("num_invalid_entries") or 0
    if not (named or invalid):
        return found, replies
    rows = packed.rows
    if invalid > len(named):
        schema = [key for key, _ in packed.wanted]
        replies += look_closer(graph, packed.path, schema, [row for row in rows if row not in named], named)
    refused = {profile: named[row] for profile, row in zip(packed.sent, rows, strict=True) if row in named}
    return replace(found, refused=refused, unnamed=max(0, invalid - len(refused))), replies


def rows_of(people: Sequence[Person], wanted: Wanted) -> list[Row]:
    names = {column for _, column in wanted} | {"country"}
    values = {name: [person.values[name] for person in people] for name in names}
    return SENT.rows(wanted, values)


def post_all(graph: Graph, packed: Packed) -> Reply:
    """The request itself; an error tells how many rows met it."""
    try:
        return post_written(graph, packed.path, packed.body, len(packed.sent))
    except PartnerError as error:
        error.rows = len(packed.sent)
        raise


def written(schema: Sequence[str], rows: Sequence[Row], session: int, **more: str) -> bytes:
    told = {"session_id": session, "batch_seq": 1, "last_batch_flag": True, "estimated_num_total": len(rows)}
    return orjson.dumps(more | {"payload": {"schema": schema, "data": rows}, "session": told})


def post(graph: Graph, path: str, schema: Sequence[str], rows: Sequence[Row], session: int, **more: str) -> Reply:
    return post_written(graph, path, written(schema, rows, session, **more), len(rows))


def post_written(graph: Graph, path: str, body: bytes, count: int) -> Reply:
    reply = graph.post(path, body)
    received = reply.body.get("num_received")
    if not isinstance(received, int) or received < count:
        facts = {"status": reply.status, "trace_id": reply.trace_id, "version": reply.version}
        raise Unavailable(f"Facebook took {received} of {count} rows.", **facts)
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
