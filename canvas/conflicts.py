"""Two editors of one draft: what the second one needs to choose between the versions. Nothing is changed here."""

from dataclasses import dataclass, field

from audiences import masking
from audiences.filter_sentences import teller
from config.team.models import User

from .differences import Difference, differences
from .document import DocumentRefused
from .editing import EditRefused
from .models import Revision
from .saving import Conflict, worse

MOST = 6


@dataclass(frozen=True)
class Versions:
    """`since`: the newest saves that the editor hasn't seen, of `unseen` in all. `theirs`: what they changed, `mine`:
    what keeping the editor's own change would do to that, or `refusal`: why it makes no sense any more."""

    since: list[Revision]
    unseen: int
    theirs: list[Difference]
    mine: list[Difference] = field(default_factory=list)
    refusal: str = ""


def versions(conflict: Conflict, user: User, refusal: str = "") -> Versions:
    """`refusal` says why there is nothing to keep, where the conflict has no change."""
    say = teller(masking.may_see(user))
    now, seen = conflict.canvas.document, conflict.trail.document(conflict.edition)
    theirs = differences(seen, now, say) if seen else []
    try:
        mine = differences(now, kept(conflict), say) if conflict.change else []
    except (EditRefused, DocumentRefused) as found:
        mine, refusal = [], str(found)
    return Versions(conflict.since[-MOST:], len(conflict.since), theirs, mine, refusal)


def kept(conflict: Conflict) -> dict:
    """The newest document with the editor's change."""
    made = conflict.change(conflict.canvas.document)
    faults = worse(conflict.canvas.document, made)
    if faults:
        raise DocumentRefused(faults)
    return made
