"""How fast segments are counted and people found, over whoever is there; for `bench.importing`."""

import re
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audiences import people, segments
from audiences.models import Profile

TRIES = 5
SEGMENTS: dict[str, Any] = {
    "everybody": {"all": []},
    "country is DE": {"attribute": "country", "op": "is", "value": "DE"},
    "plan is Platinum (1 in 1,000)": {"attribute": "plan", "op": "is", "value": "Platinum"},
    "plan is zwölf (1 in 4)": {"attribute": "plan", "op": "is", "value": "zwölf"},
    "score above 990": {"attribute": "score", "op": "gt", "value": 990},
    "platinum, vip, score above 500": {"all": [
        {"attribute": "plan", "op": "is", "value": "platinum"}, {"attribute": "vip", "op": "is", "value": True},
        {"attribute": "score", "op": "gt", "value": 500},
    ]},
    "bought for 10 USD, or is in DE": {"any": [
        {"purchase_total": "USD", "op": "gte", "value": 10}, {"attribute": "country", "op": "is", "value": "DE"},
    ]},
}  # fmt: skip


def show() -> None:
    if connection.vendor == "postgresql":
        connection.cursor().execute("VACUUM ANALYZE audiences_profile")
    print(f"{Profile.objects.count():,} people; milliseconds are medians of {TRIES}, in this process, with the driver")
    for name, document in SEGMENTS.items():
        rows = segments.people({"filter": document}, timezone.now())
        report(f"segment: {name}", rows.count, lambda rows=rows: [rows.order_by()])
    for kind, term in terms().items():
        page = lambda term=term: people.page(people.matching(term, unmasked=True))  # noqa: E731
        ways = lambda term=term: [people.searchable().filter(way)[: people.FEW] for way in people.ways(term, True)]  # noqa: E731
        report(f"search by {kind}", lambda page=page: len(page().people), ways)


def terms() -> dict[str, str]:
    """Somebody in the middle, by each of what she can be looked for."""
    known = Profile.objects.exclude(email="").exclude(phone="").exclude(first_name="").exclude(last_name="")
    jane = known.order_by("pk")[known.count() // 2]
    return {
        "external id": jane.external_id, "e-mail": jane.email.upper(), "phone": jane.phone,
        "name": f"{jane.first_name} {jane.last_name}".lower(), "first letter": jane.last_name[:1],
        "nothing that is there": "nobody-is-called-so",
    }  # fmt: skip


def report(name: str, ask: Callable[[], int], rows: Callable[[], list[QuerySet]]) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = ask()
    print(f"\n{name}: {found:,} in {milliseconds(ask):.1f} ms, {len(asked)} queries")
    if connection.vendor == "postgresql":
        for one in rows():
            explain(one)


def milliseconds(ask: Callable[[], Any]) -> float:
    taken = []
    for _ in range(TRIES):
        began = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def explain(rows: QuerySet) -> None:
    """Where the rows come from, and the server's time; what is compared is in the code."""
    plan = rows.values("pk").explain(analyze=True, timing=False, costs=False)
    for line in plan.splitlines():
        if re.search(r"Scan|Execution Time", line):
            print("   ", re.sub(r"\s+", " ", line.replace("->", "")).strip())
