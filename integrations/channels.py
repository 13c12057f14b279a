"""The contract with whatever takes messages and requests one by one, and the registry of those that are installed.

Making what is sent reads the database; sending it doesn't touch it, and runs in threads where several go at once.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from audiences.models import Profile

from .dispatch_models import Dispatch, Outlet

if TYPE_CHECKING:
    from django.urls import URLPattern

CHANNELS: dict[str, "Channel"] = {}
LONGEST_WAIT = timedelta(hours=1)
"""However long somebody's server asks us to wait."""


class NotSent(Exception):
    """It did not go out."""

    holds = False
    """Nobody else of the step could be sent anything now, either."""
    final = False
    """Trying again can't help."""
    throttles = False
    """It goes too fast for somebody, and that is all: it starts no clock."""

    def __init__(self, detail: str = "", *, status: int | None = None, wait: timedelta | None = None) -> None:
        """`detail` is shown and kept: it must hold nothing that was sent, nor what somebody's server says of it."""
        self.detail, self.status, self.wait = detail, status, min(wait, LONGEST_WAIT) if wait else None
        super().__init__(detail)

    def __str__(self) -> str:
        return f"{(type(self).__doc__ or '').strip()} {self.detail}".strip()


class Interrupted(NotSent):
    """Sending was cut off on our side: the worker was stopped in the middle of it."""


class Unforeseen(NotSent):
    """It failed on our side in a way that nobody foresaw."""


class Withheld(NotSent):
    """It can't be made for this person."""

    final = True


@dataclass(frozen=True)
class Addressee:
    """Whom something is made for: the person as she is now, and what let her in."""

    profile: Profile
    context: dict[str, Any]
    dispatch: int | None = None
    """None in a preview."""


class Unaddressed(Exception):
    """Nothing is to be sent to this person; `state` says why, `cause` in words."""

    def __init__(self, state: Dispatch.State, cause: str) -> None:
        self.state, self.cause = state, cause
        super().__init__(cause)


class Channel(ABC):
    """One way out. Its step type, its forms and its pages stand in the same folder."""

    key: str
    at_once = 1
    """So many are on their way together, at most: a crash may send these again."""
    urls: Sequence["URLPattern"] = ()
    """Pages of its own, below /partners/<key>/."""

    @abstractmethod
    def make(self, outlet: Outlet, to: Addressee) -> Any:
        """What is to be sent, ready to leave. Unaddressed where nothing is; Withheld where it can't be made."""

    @contextmanager
    def opened(self) -> Iterator[Callable[[Any], int | None]]:
        """For one turn: what sends one thing, and returns the answer's code if there is one. It raises NotSent alone,
        and must be over well within SYNC_LEASE_SECONDS."""
        yield self.send

    @abstractmethod
    def send(self, made: Any) -> int | None:
        """See `opened`."""


def register(channel: Channel) -> None:
    CHANNELS[channel.key] = channel
