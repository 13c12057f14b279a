"""The physical limit of sending: the people's rows read, 12 SHA-256 for each, JSON, and a socket. Nothing else.

    python -m bench.limit URL PORT FIRST LAST

No entries, no normalising, no members, no settling; one process, on the driver's own cursor.
"""

import hashlib
import http.client
import sys

import orjson

from bench import ground, timed

BATCH = 10_000
SCHEMA = ["EMAIL", "PHONE", "FN", "LN", "GEN", "DOBY", "DOBM", "DOBD", "CT", "ST", "ZIP", "COUNTRY", "EXTERN_ID"]
READ = (
    "email, phone, first_name, last_name, gender, CAST(date_of_birth AS text), city, state, zip, country, external_id"
)


def run(port: int, first: int, last: int) -> dict:
    from django.db import connection

    line, sent = http.client.HTTPConnection("127.0.0.1", port), 0
    with connection.cursor() as cursor:
        for start in range(first, last + 1, BATCH):
            cursor.execute(
                f"SELECT {READ} FROM audiences_profile WHERE id BETWEEN %s AND %s ORDER BY id",  # noqa: S608
                [start, min(last, start + BATCH - 1)],
            )
            rows = cells(cursor.fetchall())
            line.request("POST", "/v26.0/1/users", body(rows), {"Content-Type": "application/json"})
            line.getresponse().read()
            sent += len(rows)
    return {"people": sent}


def cells(rows: list[tuple]) -> list[tuple]:
    """Every value is hashed as it is, an empty one, too."""
    sha256 = hashlib.sha256
    email, phone, first, last, gender, birth, city, state, code, country, external = zip(*rows, strict=True)
    birth = [text or "1970-01-01" for text in birth]
    columns = [email, phone, first, last, gender, [text[:4] for text in birth], [text[5:7] for text in birth],
               [text[8:] for text in birth], city, state, code, country]  # fmt: skip
    hashed = [[sha256(value.encode()).hexdigest() for value in column] for column in columns]
    return list(zip(*hashed, external, strict=True))


def body(rows: list[tuple]) -> bytes:
    session = {"session_id": 1, "batch_seq": 1, "last_batch_flag": True, "estimated_num_total": len(rows)}
    return orjson.dumps({"payload": {"schema": SCHEMA, "data": rows}, "session": session})


if __name__ == "__main__":
    ground.start(sys.argv[1])
    timed.when_told(lambda: run(*map(int, sys.argv[2:5])))
