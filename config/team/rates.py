"""How many calls a key has left in this minute of the clock. Counted in the key's row, so all processes share it.

The header fields and the problem are those of the IETF's draft-ietf-httpapi-ratelimit-headers (revision 10 and later).
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from .models import ApiKey
from .refusals import Refusal

SECONDS = 60
POLICY = "minute"
EXCEEDED = {
    "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
    "title": "Request cannot be satisfied as assigned quota has been exceeded",
    "violated-policies": [POLICY],
}
COUNT = """
    UPDATE team_apikey SET calls = CASE WHEN minute = %s THEN calls + 1 ELSE 1 END, minute = %s, last_used_at = %s
    WHERE id = %s RETURNING calls
"""


@dataclass(frozen=True)
class Rate:
    """`used` of `limit` calls, this one included; all are free again in `reset` seconds."""

    limit: int
    used: int
    reset: int

    def headers(self) -> dict[str, str]:
        left = max(self.limit - self.used, 0)
        policy, state = f'"{POLICY}";q={self.limit};w={SECONDS}', f'"{POLICY}";r={left};t={self.reset}'
        return {"RateLimit-Policy": policy, "RateLimit": state}

    def check(self) -> None:
        if self.used > self.limit:
            detail = f"More than {self.limit} calls in a minute. Come back in {self.reset} seconds."
            raise Refusal(429, detail, {"Retry-After": str(self.reset)}, **EXCEEDED)


def count(key: ApiKey, now: datetime) -> Rate:
    """Counts one more call and notes when it was, in one statement that two calls can't both win."""
    minute, second = divmod(int(now.timestamp()), SECONDS)
    with connection.cursor() as cursor:
        used_at = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(COUNT, [minute, minute, used_at, key.pk])
        [(used,)] = cursor.fetchall()
    return Rate(settings.API_CALLS_PER_MINUTE, used, SECONDS - second)
