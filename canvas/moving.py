"""Moving and copying steps of a Canvas document, as pure functions like those of `editing`.

A step moves alone when it leads to one step at most: its followers close the gap. Else, or when that is wanted, all
that people get to by it alone moves along, and what came at the new place follows at the first end of what was moved.
No step is lost, and none that people get to is cut off.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import count
from typing import Any

from .editing import (
    GONE,
    EditRefused,
    branches_of,
    first_of,
    free_key,
    keys,
    led_past,
    links_of,
    only_through,
    put_step,
    reached,
    step_in,
    steps_in,
    target_of,
    with_first,
)
from .shape import ENTRY
from .steps import registry

Json = dict[str, Any]
Place = tuple[str, str]
"""(step, branch): the arrow or the end where a step is put."""


def duplicate_step(document: Json, key: str, taken: Iterable[str] = ()) -> tuple[Json, str]:
    """The document with a copy right after the step (on its first branch), and the copy's key."""
    made = deepcopy(document)
    step = step_in(made, key)
    settings = copied(step, [one.get("settings", {}) for one in steps_in(made) if one["type"] == step["type"]])
    twin = {"key": free_key(made, step["type"], taken), "type": step["type"], "settings": settings, "next": {}}
    return put_step(made, twin, key, branches_of(step)[0]), twin["key"]


def copied(step: Json, others: list[Json]) -> Json:
    """The settings of the step's copy: what two steps may not share is marked so that no other step has it."""
    settings, step_type = step.get("settings", {}), registry.get(step["type"])
    twins = (dict(step_type.copied(deepcopy(settings), mark)) for mark in marks())
    return next(twin for twin in twins if not any(shares(twin, settings, other) for other in others))


def shares(twin: Json, first: Json, other: Json) -> bool:
    """The other step has something that the copy does not take from the first."""
    return any(other.get(name) == value for name, value in twin.items() if first.get(name) != value)


def marks() -> Iterator[str]:
    """What tells a copy from the first: " (copy)", " (copy 2)"."""
    return (f" (copy{f' {number}' if number > 1 else ''})" for number in count(1))


def moves_alone(document: Json, key: str) -> bool:
    """Its followers can close the gap: it leads to one step at most, and others stay that people get to."""
    targets = ways(document, key)
    return len(targets) < 2 and (bool(targets) or first_of(document) != key)


def moves_along(document: Json, key: str) -> list[str]:
    """The steps that people get to by this one alone; with it they move, unless it is the first."""
    return [] if first_of(document) == key else only_through(document, key)


def places(document: Json, key: str, along: bool = False) -> list[Place]:
    """Where the step can go, in the order of the document; where it stands is none."""
    if not (moves_alone(document, key) or along) or (along and first_of(document) == key):
        return []
    barred = reached(document, key) if along else {key}
    open_end = not along or first_end(document, [key, *moves_along(document, key)])
    there = reached(document, first_of(document)) - barred
    found: list[Place] = [(ENTRY, "next")]
    for step in steps_in(document):
        found += [(step["key"], branch) for branch in branches_of(step) if step["key"] in there]
    targets = {place: target_of(document, *place) for place in found}
    return [place for place, target in targets.items() if target != key and (open_end or not target)]


def move_step(document: Json, key: str, after: str, branch: str, along: bool = False) -> Json:
    """Takes the step out and puts it on that arrow; `along`: with all that people get to by it alone."""
    step_in(document, key)
    if after not in (ENTRY, *keys(document)):
        raise EditRefused(GONE)
    if (after, branch) not in places(document, key, along):
        raise EditRefused("The step can't go there.")
    return move_block(document, key, after, branch) if along else move_alone(document, key, after, branch)


def move_alone(document: Json, key: str, after: str, branch: str) -> Json:
    made, step = deepcopy(document), deepcopy(step_in(document, key))
    onto, was_first = next(iter(ways(document, key)), ""), first_of(document) == key
    made["steps"] = [led_past(one, key, onto) for one in steps_in(made) if one["key"] != key]
    made = with_first(made, onto) if was_first else made
    target = target_of(made, after, branch)
    leading = [name for name in branches_of(step) if name in links_of(step)] or branches_of(step)[:1]
    step["next"] = dict.fromkeys(leading, target) if target else {}
    return placed(made, [step], after, branch)


def move_block(document: Json, key: str, after: str, branch: str) -> Json:
    made, block = deepcopy(document), [key, *moves_along(document, key)]
    moved = sorted((deepcopy(step_in(document, one)) for one in block), key=lambda step: step["key"] != key)
    made["steps"] = [led_past(one, key, "") for one in steps_in(made) if one["key"] not in block]
    target, end = target_of(made, after, branch), first_end(document, block)
    if target and end:
        last = next(step for step in moved if step["key"] == end[0])
        last["next"] = links_of(last) | {end[1]: target}
    return placed(made, moved, after, branch)


def placed(made: Json, moved: list[Json], after: str, branch: str) -> Json:
    """With these steps after the place, which leads to the first of them."""
    at = 0
    if after != ENTRY:
        step = step_in(made, after)
        step["next"] = links_of(step) | {branch: moved[0]["key"]}
        at = steps_in(made).index(step) + 1
    made["steps"][at:at] = moved
    return made


def ways(document: Json, key: str) -> list[str]:
    """The steps that it leads to, each once."""
    return list(dict.fromkeys(target for target in links_of(step_in(document, key)).values() if target != key))


def first_end(document: Json, block: list[str]) -> Place | None:
    """The first branch of these steps that leads nowhere, going down from the first of them."""
    waiting, seen = block[:1], set()
    while waiting:
        key = waiting.pop()
        if key in seen or key not in block:
            continue
        seen.add(key)
        step = step_in(document, key)
        for branch in branches_of(step):
            if not links_of(step).get(branch):
                return key, branch
        waiting += [links_of(step)[branch] for branch in reversed(branches_of(step))]
    return None
