"""People who are taken out of a customer list: a POST to `/<audience>/users` with `method=DELETE`.

Meta's guide calls that equal to a DELETE, and only so the rows travel in the body: in an address they break at some
1,500 rows, and stand in logs. Effects may take a day and more (custom audience users reference).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ..partner import Cells, Farewell
from .graph import Graph, Reply
from .users import PART, Row, named_rows, post

Schema = tuple[str, ...]


def remove(graph: Graph, audience: str, people: Mapping[int, Sequence[Cells]], session: int) -> tuple[Farewell, list]:
    """One request a schema: an audience's match fields may have changed in its life. Raises PartnerError kinds."""
    replies: list[Reply] = []
    refused: dict[int, str] = {}
    for schema, rows in by_schema(people).items():
        wrong = take_out(graph, f"{audience}/users", schema, list(rows), session, replies)
        refused |= {removal: wrong[row] for row in wrong.keys() & rows.keys() for removal in rows[row]}
        session += 1
    return Farewell(refused, replies[-1].trace_id if replies else ""), replies


def by_schema(people: Mapping[int, Sequence[Cells]]) -> dict[Schema, dict[Row, list[int]]]:
    """The distinct rows, and whose they are."""
    found: dict[Schema, dict[Row, list[int]]] = defaultdict(dict)
    for removal, identities in people.items():
        for cells in identities:
            found[tuple(cells)].setdefault(tuple(cells.values()), []).append(removal)
    return found


def take_out(
    graph: Graph, path: str, schema: Schema, rows: list[Row], session: int, replies: list[Reply]
) -> dict[Row, str]:
    """The rows that Facebook found wrong. It names 100 of them; where there are more, small parts name them all."""
    reply = post(graph, path, schema, rows, session, method="DELETE")
    replies.append(reply)
    wrong = named_rows(reply)
    if (reply.body.get("num_invalid_entries") or 0) > len(wrong):
        for at in range(0, len(rows), PART):
            replies.append(post(graph, path, schema, rows[at : at + PART], session + 1 + at, method="DELETE"))
            wrong |= named_rows(replies[-1])
    return wrong
