"""A Problem is a reason why a Canvas may not (error) or should not (warning) launch.

Ids are stable and documented in docs/troubleshooting.md; one cause is one Problem.
"""

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    id: str
    message: str
    hint: str = ""
    step: str | None = None
    field: str | None = None
    is_passing: bool = False
    """It may be gone the next time somebody looks, without anything being mended."""

    @property
    def level(self) -> str:
        """`error` for ...E001, `warning` for ...W001."""
        return "error" if self.id.rpartition(".")[2].startswith("E") else "warning"

    def as_dict(self) -> dict:
        """What the API tells of it."""
        told = dataclasses.asdict(self) | {"level": self.level}
        del told["is_passing"]
        return told

    def __str__(self) -> str:
        where = " ".join(f"{name}={value}" for name, value in (("step", self.step), ("field", self.field)) if value)
        return f"{self.level} {self.id}{' ' + where if where else ''}: {self.message} {self.hint}".strip()
