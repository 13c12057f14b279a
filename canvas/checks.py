"""The launch checks of a Canvas itself: each a small generator of Problems. Step types bring their own."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from . import describe, values
from .document import Document, Draft
from .problems import Problem

MOST_STEPS = 200


def has_steps(draft: Draft) -> Iterator[Problem]:
    if not draft.document.steps:
        yield Problem("canvas.E001", "The Canvas has no steps.", "Add a first step: on Build, under the entry.")


def has_audience(draft: Draft) -> Iterator[Problem]:
    if not draft.document.audience:
        if draft.document.entry and not draft.document.is_scheduled:
            return  # whoever the trigger names
        yield Problem("canvas.E002", "No target audience is chosen.", "Choose a segment or a filter.", field="audience")
        return
    for fault in draft.audience_faults:
        yield Problem("canvas.E002", fault.message, f"Correct {fault.place}.", field="audience")


def has_trigger(draft: Draft) -> Iterator[Problem]:
    if not draft.document.entry:
        hint = "Choose when people enter: at a time, by an event, or by a program."
        yield Problem("canvas.E002", "Nothing lets people in.", hint, field="entry")


def is_acyclic(draft: Draft) -> Iterator[Problem]:
    for loop in loops(draft.document):
        titles = " → ".join(draft.document.by_key[key].title for key in [*loop, loop[0]])
        message = f"The steps form a loop: {titles}."
        hint = "Lead one of these arrows elsewhere, or end it: “Lead to…” in the menu of its step."
        yield Problem("canvas.E005", message, hint, loop[0], "next")


def has_room_for_steps(draft: Draft) -> Iterator[Problem]:
    count = len(draft.document.steps)
    if count > MOST_STEPS:
        hint = "Delete some, or divide the journey among several Canvases."
        yield Problem("canvas.E006", f"{count} steps are more than the {MOST_STEPS} a Canvas can have.", hint)


def starts_in_future(draft: Draft) -> Iterator[Problem]:
    document, entry = draft.document, draft.document.entry or {}
    if draft.live and draft.live.entry == entry:
        return  # What is past of it has been; what is planned stays planned.
    if document.is_scheduled and not document.is_recurring and document.entry_time(draft.now) < draft.now:
        message = f"The start, {describe.moment(document.entry_time(draft.now))}, lies in the past."
        yield Problem("canvas.E007", message, "Choose a later time, or start at launch.", field="entry")
    if entry.get("until") and values.instant(entry["until"]) < draft.now:
        message = f"The last moment to enter, {describe.moment(values.instant(entry['until']))}, lies in the past."
        yield Problem("canvas.E007", message, "Choose a later time, or none.", field="entry")
    elif document.is_recurring and document.entry_time(draft.now) is None:
        message = "Nobody would ever enter: the last moment lies before the first run."
        yield Problem("canvas.E007", message, "Choose a later end, or none.", field="entry")


def is_reachable(draft: Draft) -> Iterator[Problem]:
    reached = reachable(draft.document)
    for step in draft.document.steps:
        if step.key not in reached:
            hint = "Lead an arrow to it from another step, or delete it."
            yield Problem("canvas.W001", "Nobody can get to this step.", hint, step.key)


def reaches_somebody(draft: Draft) -> Iterator[Problem]:
    if draft.people is not None and not draft.has_people:
        hint = "Widen its filters, or choose another segment. Who comes to fit later enters only at a later entry."
        yield Problem("canvas.W002", "Nobody is in the target audience now.", hint, field="audience")


def keeps_types(draft: Draft) -> Iterator[Problem]:
    """A step is (Canvas, key) for ever, and its numbers are those of one type."""
    for row in draft.canvas.steps.all() if draft.live else ():
        step = draft.document.by_key.get(row.key)
        if step and row.was_live and row.type != step.type.type:
            message = f"The key {row.key} belongs to a step of another type in an earlier version."
            yield Problem("canvas.E009", message, "Give this step a key of its own.", row.key)


CHECKS = [
    has_steps, has_audience, has_trigger, is_acyclic, has_room_for_steps, starts_in_future, keeps_types, is_reachable,
    reaches_somebody,
]  # fmt: skip


def reachable(document: Document) -> set[str]:
    """The keys of the steps that people can come to from the first one."""
    waiting = [document.steps[0].key] if document.steps else []
    reached: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting.extend(document.by_key[key].next.values())
    return reached


def loops(document: Document) -> Iterator[list[str]]:
    """The keys of each loop in the order of its arrows; of loops that share a step, one."""
    links = {step.key: list(step.next.values()) for step in document.steps}
    while loop := find_loop(links):
        yield loop
        links = {key: targets for key, targets in links.items() if key not in loop}


def find_loop(links: Mapping[str, list[str]]) -> list[str]:
    try:
        TopologicalSorter(links).prepare()
    except CycleError as found:
        return found.args[1][:0:-1]
    return []
