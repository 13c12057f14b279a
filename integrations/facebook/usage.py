"""Facebook's usage headers: the access tier, and how long to stay away. One speaks in minutes, the other in seconds.

Source: Meta's rate limiting page; `estimated_time_to_regain_access` is in minutes, `reset_time_duration` in seconds.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta

DEVELOPMENT = "development_access"


def wait(headers: Mapping) -> timedelta | None:
    """The longest time that a header asks us to wait; None when none does."""
    times = [timedelta(minutes=amount(use, "estimated_time_to_regain_access")) for use in business_uses(headers)]
    account = read(headers, "x-ad-account-usage")
    if isinstance(account, dict) and amount(account, "acc_id_util_pct") >= 100:
        times.append(timedelta(seconds=amount(account, "reset_time_duration")))
    return max([time for time in times if time], default=None)


def tier(headers: Mapping) -> str:
    """`development_access`, `standard_access`, or nothing where no header tells."""
    account = read(headers, "x-ad-account-usage")
    found = [account] if isinstance(account, dict) else []
    tiers = [use.get("ads_api_access_tier") for use in [*found, *business_uses(headers)]]
    return next((name for name in tiers if isinstance(name, str) and name), "")


def business_uses(headers: Mapping) -> Iterator[dict]:
    uses = read(headers, "x-business-use-case-usage")
    for some in uses.values() if isinstance(uses, dict) else ():
        yield from (use for use in some if isinstance(use, dict)) if isinstance(some, list) else ()


def read(headers: Mapping, name: str):
    text = next((value for key, value in headers.items() if key.lower() == name), "")
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


def amount(use: Mapping, name: str) -> float:
    value = use.get(name)
    return min(max(float(value), 0), 100_000) if isinstance(value, int | float) else 0
