"""What was done of late with Canvases, segments and syncs, for everybody who may see these: from the audit log.

What concerns the token, keys, people of the team or single profiles is for those who may read the log itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from config.team.models import AuditEvent

SHOWN = 8
WORDS = {
    "canvas.launched": "launched", "canvas.published": "published a new version of", "canvas.stopped": "stopped",
    "canvas.resumed": "resumed", "canvas.archived": "archived", "canvas.restored": "brought back a version of",
    "canvas.draft_begun": "began to edit", "canvas.draft_discarded": "gave up the draft of",
    "segment.changed": "changed the segment", "segment.deleted": "deleted the segment",
    "audience.recreated": "recreated the custom audience", "sync.retried": "tried again at once:",
    "sync.cancelled": "cancelled who waited at", "sending.retried": "tried again at once:",
    "sending.cancelled": "cancelled who waited at",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    who: str
    did: str
    target: str
    at: datetime


def changes() -> Iterator[Change]:
    """The latest first. One query."""
    rows = AuditEvent.objects.filter(action__in=WORDS).select_related("actor")[:SHOWN]
    return (Change(str(row.actor or row.via), WORDS[row.action], row.target, row.at) for row in rows)
