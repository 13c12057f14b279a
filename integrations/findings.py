"""What was read at a partner, in words: a thing that was found, and what has to hold before people can be sent."""

from collections.abc import Sequence
from dataclasses import dataclass

ICONS = {"good": "ok", "warn": "warn", "bad": "stop"}
WORST_FIRST = ("bad", "warn", "off", "good")


@dataclass(frozen=True)
class Finding:
    """One thing that was read at the partner, in words. Tone: good, warn, bad, or off where nobody can say."""

    label: str
    words: str
    tone: str = "off"
    cure: str = ""
    link: str = ""

    @property
    def icon(self) -> str:
        return ICONS.get(self.tone, "unknown")


@dataclass(frozen=True)
class Requirement:
    """One thing that has to hold before people can be sent, with all that was found about it.

    `place`: where at the partner it is looked after, with its link; `tick`: the part of it that only a person can see.
    """

    label: str
    findings: Sequence[Finding]
    place: str = ""
    link: str = ""
    tick: str = ""
    aside: str = ""

    @property
    def tone(self) -> str:
        """That of its worst finding."""
        return min((one.tone for one in self.findings), key=WORST_FIRST.index)

    @property
    def icon(self) -> str:
        return ICONS.get(self.tone, "unknown")

    @property
    def css(self) -> str:
        return "lg" if self.tone == "off" else f"lg tone-{self.tone}"
