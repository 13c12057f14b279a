"""What was counted when a page was made, carried by it from click to click.

Ticking a field changes nothing about who has which: the people are not read again for it. What the page carries is
signed, says when it was counted, belongs to one target audience, and is believed for ten minutes.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from django.core import signing

from .coverage import Coverage
from .fields import FIELDS

SALT = "integrations.facebook.coverage"
LASTS = timedelta(minutes=10)


def written(found: Coverage, audience: Mapping, at: datetime) -> str:
    """Numbers only: nobody's data are in it."""
    kinds = {str(sum(1 << place for place, has in enumerate(kind) if has)): n for kind, n in found.kinds.items()}
    more = {"kinds": kinds, "at": at.isoformat(), "audience": digest(audience)}
    return signing.dumps(asdict(replace(found, kinds={})) | more, salt=SALT, compress=True)


def read(text: str, audience: Mapping, now: datetime) -> tuple[Coverage, datetime] | None:
    """With when it was counted; None for what is too old, of another audience, or not ours."""
    try:
        told = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    at = datetime.fromisoformat(told.pop("at"))
    if told.pop("audience") != digest(audience) or not at <= now < at + LASTS:
        return None
    kinds = {
        tuple(bool(int(mask) >> n & 1) for n in range(len(FIELDS))): count for mask, count in told["kinds"].items()
    }
    return Coverage(**told | {"kinds": kinds}), at


def digest(audience: Mapping) -> str:
    return hashlib.sha256(json.dumps(audience, sort_keys=True).encode()).hexdigest()[:16]
