"""The step types there are. Filled by the apps' `ready`, so that Canvas never names a partner."""

from .base import StepType

TYPES: dict[str, StepType] = {}
GROUPS = ("Pass on", "Wait", "Branch", "Remember")
"""What a step does, in the order in which a picker shows it."""


def register(*types: type[StepType]) -> None:
    """Adds step types; a type that is registered twice is replaced."""
    TYPES.update({step_type.type: step_type() for step_type in types})


def get(name: str) -> StepType:
    """The type of that name. KeyError for an unknown one."""
    return TYPES[name]


def label(name: str) -> str:
    """What people call the type of that name, even where no app brings it any more."""
    return TYPES[name].label if name in TYPES else name


def by_group() -> list[tuple[str, list[StepType]]]:
    """The groups that have types, and their types by name."""
    types = sorted(TYPES.values(), key=lambda one: one.label)
    groups = [(group, [one for one in types if one.group == group]) for group in GROUPS]
    return [(group, members) for group, members in groups if members]
