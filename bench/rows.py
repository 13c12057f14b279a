"""Raw values to the body of a request: ours, Meta's own SDK, and the floor of 12 bare SHA-256 a person.

    python -m bench.rows PEOPLE ROUNDS

Ours begins with nothing remembered in every round, and its memos are bounded. The SDK's values are prepared for it (it
stops at None, and reads no dates); it hashes what is empty, too, and goes through fewer people, since it is slow.
"""

import gc
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from urllib.parse import urlencode

import orjson
from facebook_business.adobjects.customaudience import CustomAudience

from bench import ground, timed
from bench.people import people

BATCH, HASHES, FEWER = 10_000, 12, 10
CHOSEN = ["email", "phone", "first_name", "last_name", "gender", "date_of_birth", "city", "state", "zip", "country",
          "external_id"]  # fmt: skip


def ways(count: int) -> dict[str, Callable[[], float]]:
    """Each gives the seconds of processor time for a person."""
    from integrations.facebook import fields
    from integrations.facebook.match_columns import Columns
    from integrations.facebook.match_fields import cell, hashed

    wanted = fields.keys(CHOSEN)
    keys = [key for key, _ in wanted]
    batches = list(made(count))
    fewer = [transposed(batch) for batch in batches[: max(1, len(batches) // FEWER)]]
    raw = [[[told(one, key, column) for key, column in wanted] for one in batch] for batch in fewer]
    first = batches[0]
    expected = list(zip(*[[cell(key, text, where) for text, where in zip(first[column], first["country"], strict=True)]
                          for key, column in wanted], strict=True))  # fmt: skip
    assert Columns(hashed).rows(wanted, first) == expected, "fast and wrong is worth nothing"

    def ours() -> None:
        columns = Columns(hashed)
        for batch in batches:
            orjson.dumps({"payload": {"schema": keys, "data": columns.rows(wanted, batch)}})

    def sdk(write: Callable[[dict], object]) -> None:
        for batch in raw:
            write(CustomAudience.format_params(keys, batch, is_raw=True))

    def floor() -> None:
        sha256 = hashlib.sha256
        for number in range(count):
            for at in range(HASHES):
                sha256(f"{number}:{at}@example.com, 33 by".encode()).hexdigest()

    some = sum(map(len, raw))
    gc.freeze()  # The values themselves: nobody is to look for garbage among millions of them.
    return {
        "ours": lambda: timed.processor(ours) / count,
        "floor": lambda: timed.processor(floor) / count,
        "sdk": lambda: timed.processor(lambda: sdk(json.dumps)) / some,
        "sdk body": lambda: timed.processor(lambda: sdk(lambda made: urlencode({"payload": json.dumps(made)}))) / some,
    }


def made(count: int) -> Iterator[dict[str, list[str]]]:
    everybody = people(count)
    while part := list(islice(everybody, BATCH)):
        yield {name: [person[name] for person in part] for name in part[0]}


def told(person: dict[str, str], key: str, column: str) -> str:
    """A value as the SDK takes it: dates in their parts."""
    parts = dict(zip(("DOBY", "DOBM", "DOBD"), (person["date_of_birth"] or "--").split("-"), strict=True))
    return parts.get(key, person[column])


def transposed(batch: dict[str, list[str]]) -> list[dict[str, str]]:
    return [dict(zip(batch, values, strict=True)) for values in zip(*batch.values(), strict=True)]


if __name__ == "__main__":
    ground.start("sqlite://:memory:")
    count, rounds = map(int, sys.argv[1:])
    timed.when_told(lambda: {"rounds": timed.in_turn(ways(count), rounds)})
