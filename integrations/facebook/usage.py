"""Facebook's usage headers: the tier, how much of the limits is used, how long to stay away, and what pace follows.

Source: Meta's rate limiting page. Shares are in percent, throttled at 100; `estimated_time_to_regain_access` is in
minutes, `reset_time_duration` in seconds. There is no Retry-After.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

DEVELOPMENT = "development_access"
SHARES = ("call_count", "total_cputime", "total_time", "acc_id_util_pct")
OURS = ("custom_audience", "ads_management")
EASY, NEARLY_FULL, FULL = 50, 95, 100
"""Percent of a limit: up to the first nothing is held back, from the second on the reset is waited for."""
LONGEST = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pace:
    """`interval`: seconds between batches of one audience; `gap`: between any two requests of the account, at least."""

    interval: int
    gap: int


def pace(interval: int, share: float, reset: timedelta | None = None) -> Pace:
    """The pace that keeps away from the limit, from what the access tier allows (`interval`) and the share used.

    Slower by as much as less is left: at half of the limit as ever, at 75 % half as fast, at 90 % a fifth. From 95 % on
    the account waits until Facebook says that its use is set back, where that takes longer.
    """
    slower = max(1.0, (FULL - EASY) / (FULL - min(share, NEARLY_FULL)))
    gap = timedelta(seconds=interval * (slower - 1))
    if share >= NEARLY_FULL:
        gap = max(gap, reset or timedelta(0))
    return Pace(round(interval * slower), round(min(gap, LONGEST).total_seconds()))


def share(headers: Mapping) -> float | None:
    """The largest share that is used of any limit that concerns us; None where no header tells."""
    app = read(headers, "x-app-usage")
    uses = [*account_uses(headers), *business_uses(headers), *([app] if isinstance(app, dict) else [])]
    return max((amount(use, name) for use in uses for name in SHARES if name in use), default=None)


def reset(headers: Mapping) -> timedelta | None:
    """The longest time until a use is set back; None when no header tells."""
    times = [timedelta(minutes=amount(use, "estimated_time_to_regain_access")) for use in business_uses(headers)]
    times += [timedelta(seconds=amount(use, "reset_time_duration")) for use in account_uses(headers)]
    return min(max(times, default=timedelta(0)), DAY) or None


def wait(headers: Mapping) -> timedelta | None:
    """The longest time that a header asks us to wait; None when none does."""
    full = [use for use in account_uses(headers) if amount(use, "acc_id_util_pct") >= FULL]
    times = [timedelta(minutes=amount(use, "estimated_time_to_regain_access")) for use in business_uses(headers)]
    times += [timedelta(seconds=amount(use, "reset_time_duration")) for use in full]
    return min(max(times, default=timedelta(0)), DAY) or None


def tier(headers: Mapping) -> str:
    """`development_access`, `standard_access`, or nothing where no header tells."""
    tiers = [use.get("ads_api_access_tier") for use in [*account_uses(headers), *business_uses(headers)]]
    return next((name for name in tiers if isinstance(name, str) and name), "")


def account_uses(headers: Mapping) -> list[dict]:
    use = read(headers, "x-ad-account-usage")
    return [use] if isinstance(use, dict) else []


def business_uses(headers: Mapping) -> Iterator[dict]:
    """Of the kinds of calls that we make: a limit on reading statistics, say, is none of ours."""
    uses = read(headers, "x-business-use-case-usage")
    for some in uses.values() if isinstance(uses, dict) else ():
        for use in some if isinstance(some, list) else ():
            if isinstance(use, dict) and use.get("type", OURS[0]) in OURS:
                yield use


def read(headers: Mapping, name: str):
    text = next((value for key, value in headers.items() if key.lower() == name), "")
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


def amount(use: Mapping, name: str) -> float:
    value = use.get(name)
    return min(max(float(value), 0), 100_000) if isinstance(value, int | float) else 0
