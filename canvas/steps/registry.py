"""The step types there are. Filled by the apps' `ready`, so that Canvas never names a partner."""

from .base import StepType

TYPES: dict[str, StepType] = {}


def register(*types: type[StepType]) -> None:
    """Adds step types; a type that is registered twice is replaced."""
    TYPES.update({step_type.type: step_type() for step_type in types})


def get(name: str) -> StepType:
    """The type of that name. KeyError for an unknown one."""
    return TYPES[name]
