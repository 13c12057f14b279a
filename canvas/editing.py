"""Changes of a Canvas document, each a pure function that returns a new document. What makes no sense is EditRefused.

A step is named by its key, a place by (step, branch); the entry is step "" and leads to the first step of the list.
Deleting and leading elsewhere never take a step that people still get to.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any

from .shape import ENTRY
from .steps import registry

Json = dict[str, Any]
NOTHING: Mapping[str, str] = MappingProxyType({})
GONE = "That step is not there any more."


class EditRefused(ValueError):
    """The change can't be made; the message says why."""


def rename(document: Json, name: str) -> Json:
    return deepcopy(document) | {"name": name}


def set_part(document: Json, part: str, value: Any) -> Json:
    """Entry, audience or re-entry; None takes it out."""
    rest = {key: kept for key, kept in deepcopy(document).items() if key != part}
    return rest if value is None else rest | {part: value}


def set_settings(document: Json, key: str, settings: Mapping[str, Any], renamed: Mapping[str, str] = NOTHING) -> Json:
    """A branch that is `renamed` (old name to new) leads where it led; one that is gone leads nowhere."""
    made = deepcopy(document)
    step = step_in(made, key)
    links = {renamed.get(branch, branch): target for branch, target in links_of(step).items()}
    step["settings"] = dict(settings)
    branches = branches_of(step)
    step["next"] = {branch: target for branch, target in links.items() if branch in branches}
    return made


def add_step(
    document: Json, step_type: str, after: str = ENTRY, branch: str = "next", taken: Iterable[str] = ()
) -> tuple[Json, str]:
    """The document with a new step there, and its key. What came after the place comes after the step.

    `taken` are keys of steps that earlier versions had: a new step is none of these.
    """
    new = new_step(document, step_type, taken)
    return put_step(deepcopy(document), new, after, branch), new["key"]


def put_step(made: Json, new: Json, after: str, branch: str) -> Json:
    """Puts a step that leads nowhere yet into a document of the caller's own."""
    target, at = target_of(made, after, branch), 0
    if target:
        new["next"] = {branches_of(new)[0]: target}
    if after != ENTRY:
        step = step_in(made, after)
        step["next"] = links_of(step) | {branch: new["key"]}
        at = steps_in(made).index(step) + 1
    steps_in(made).insert(at, new)
    return made


def change_type(document: Json, key: str, step_type: str) -> Json:
    """The settings of the old type go. Links stay where the new type has such a branch; else the first one stays."""
    known(step_type)
    made = deepcopy(document)
    step = step_in(made, key)
    links = {branch: links_of(step)[branch] for branch in branches_of(step) if branch in links_of(step)}
    step.update({"type": step_type, "settings": {}})
    kept = {branch: links[branch] for branch in branches_of(step) if branch in links}
    step["next"] = kept or {branches_of(step)[0]: target for target in list(links.values())[:1]}
    return made


def renewed(document: Json, key: str, taken: Iterable[str]) -> tuple[Json, str]:
    """The step under a key that none ever had, and that key: a step of another type is another step."""
    made = deepcopy(document)
    step = step_in(made, key)
    step["key"] = new = free_key(made, step["type"], taken)
    for other in steps_in(made):
        other["next"] = {branch: new if to == key else to for branch, to in links_of(other).items()}
    return made, new


def link(document: Json, after: str, branch: str, target: str) -> Json:
    """Leads a branch to a step that is there already, or nowhere (""). Refuses a loop."""
    made = deepcopy(document)
    if target and target not in possible_targets(document, after):
        raise EditRefused("That would lead people round in a circle." if target in keys(made) else GONE)
    if after == ENTRY:
        return with_first(made, target)
    target_of(made, after, branch)
    step = step_in(made, after)
    step["next"] = {name: to for name, to in links_of(step).items() if name != branch}
    if target:
        step["next"][branch] = target
    return made


def delete_step(document: Json, key: str, onto: str = "") -> Json:
    """Without the step: what led to it leads to `onto`, one of the steps it led to ("": the journey ends there).
    Steps that people got to by it alone are gone too."""
    made = deepcopy(document)
    if onto and (onto not in links_of(step_in(made, key)).values() or onto == key):
        raise EditRefused("The deleted step does not lead there.")
    was_first = step_in(made, key) is steps_in(made)[0]
    made["steps"] = [led_past(step, key, onto) for step in steps_in(made) if step["key"] != key]
    start = onto if was_first else first_of(made)
    touched = reached(document, first_of(document)) | reached(document, key)
    strangers = [other for other in keys(document) if other not in touched]
    kept = reached(made, start) | reached_from(made, strangers)
    made["steps"] = [step for step in steps_in(made) if step["key"] in kept]
    return with_first(made, start) if start else made


def led_past(step: Json, key: str, onto: str) -> Json:
    links = {branch: onto if to == key else to for branch, to in links_of(step).items()}
    return step | {"next": {branch: to for branch, to in links.items() if to}}


def only_through(document: Json, key: str, onto: str = "") -> list[str]:
    """The keys that `delete_step` takes along."""
    left = keys(delete_step(document, key, onto))
    return [other for other in keys(document) if other != key and other not in left]


def possible_targets(document: Json, after: str) -> list[str]:
    """The steps that a branch of this one may lead to without a loop."""
    if after == ENTRY:
        return keys(document)
    sources = leading_to(document, after)
    return [key for key in keys(document) if key not in sources]


def leading_to(document: Json, key: str) -> set[str]:
    """The step and all from which people can come to it."""
    back: dict[str, list[str]] = {}
    for step in steps_in(document):
        for target in links_of(step).values():
            back.setdefault(target, []).append(step["key"])
    return walk(back, [key])


def reached(document: Json, key: str | None) -> set[str]:
    """The step and all that people can come to from it."""
    return reached_from(document, [key] if key else [])


def reached_from(document: Json, start: Iterable[str]) -> set[str]:
    return walk({step["key"]: links_of(step).values() for step in steps_in(document)}, start)


def walk(links: Mapping[str, Iterable[str]], start: Iterable[str]) -> set[str]:
    waiting, found = list(start), set()
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting.extend(links.get(key, ()))
    return found


def new_step(document: Json, step_type: str, taken: Iterable[str] = ()) -> Json:
    known(step_type)
    return {"key": free_key(document, step_type, taken), "type": step_type, "settings": {}, "next": {}}


def free_key(document: Json, step_type: str, taken: Iterable[str] = ()) -> str:
    """`delay`, then `delay-2`: made from the type, and no other step's in this document or among those `taken`."""
    name, taken = step_type.replace("_", "-"), {*keys(document), *taken}
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(key for key in numbered if key not in taken)


def with_first(document: Json, key: str) -> Json:
    """The entry leads to that step: it is the first of the list."""
    if not key:
        raise EditRefused("People have to come to some step first.")
    return document | {"steps": sorted(steps_in(document), key=lambda step: step["key"] != key)}


def target_of(document: Json, after: str, branch: str) -> str | None:
    if after == ENTRY:
        return first_of(document)
    step = step_in(document, after)
    if branch not in branches_of(step):
        raise EditRefused(f"The step has no branch called {branch}.")
    return links_of(step).get(branch)


def first_of(document: Json) -> str | None:
    return next(iter(keys(document)), None)


def keys(document: Json) -> list[str]:
    return [step["key"] for step in document.get("steps", [])]


def steps_in(document: Json) -> list[Json]:
    return document.setdefault("steps", [])


def step_in(document: Json, key: str) -> Json:
    found = next((step for step in document.get("steps", []) if step["key"] == key), None)
    if found is None:
        raise EditRefused(GONE)
    return found


def links_of(step: Json) -> dict[str, str]:
    return step.get("next", {})


def branches_of(step: Json) -> tuple[str, ...]:
    return tuple(registry.get(step["type"]).branches(step.get("settings", {})))


def known(step_type: str) -> None:
    if step_type not in registry.TYPES:
        raise EditRefused("There is no such type of step.")
