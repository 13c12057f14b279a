"""What is different between two Canvas documents, in words that a marketer reads. Pure.

`say` tells the conditions of a filter, as far as the reader may see them: a filter may name a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import describe
from .board import branch_words
from .document import Document, StepSpec, read
from .steps.base import Say, Setting

NOT_SET, HIDDEN = "not set", "set otherwise; what is different can't be shown here"


@dataclass(frozen=True)
class Difference:
    """`where` is a step or a section, `what` is different there; from `was` to `now`, where there are such."""

    where: str
    what: str
    was: str = ""
    now: str = ""


def differences(old: dict, new: dict, say: Say) -> list[Difference]:
    """From the old to the new document: what belongs to the whole Canvas, then steps in the order of the new one."""
    before, after = read(old), read(new)
    return [*of_canvas(before, after, say), *of_steps(before, after, say)]


def of_canvas(before: Document, after: Document, say: Say) -> Iterator[Difference]:
    for where, what, words in (
        ("Basics", "Name", lambda one: one.name),
        ("Entry", "When people enter", lambda one: describe.entry(one.entry)),
        ("Entry", "May they enter again", lambda one: describe.reentry(one.source.get("reentry"))),
        ("Entry", "How many may enter", lambda one: describe.limit(one.source.get("limit"))),
        ("Audience", "Who may enter", lambda one: audience_words(one, say)),
        ("Audience", "Who leaves before the end", lambda one: describe.leaving(one.source.get("exit"), say)),
        ("Basics", "Conversion events", lambda one: describe.conversions(one.source.get("conversions"))),
    ):
        was, now = words(before), words(after)
        if was != now:
            yield Difference(where, what, was, now)
    if before.audience != after.audience and audience_words(before, say) == audience_words(after, say):
        yield Difference("Audience", "Who may enter", audience_words(before, say), HIDDEN)
    if before.entry != after.entry and describe.entry(before.entry) == describe.entry(after.entry):
        yield Difference("Entry", "When people enter", describe.entry(before.entry), HIDDEN)


def audience_words(document: Document, say: Say) -> str:
    chosen = (document.audience or {}).get("filter")
    return describe.told(chosen, say) if chosen else describe.audience(document.audience)


def of_steps(before: Document, after: Document, say: Say) -> Iterator[Difference]:
    for step in after.steps:
        old = before.by_key.get(step.key)
        if old is None:
            yield Difference(step.title, "New step", now=place(after, step.key))
        else:
            yield from of_step(before, after, old, step, say)
    for step in before.steps:
        if step.key not in after.by_key:
            yield Difference(step.title, "Deleted")
    if first(before) != first(after) and first(after) in before.by_key:
        yield Difference("Entry", "Leads to", title(before, first(before)), title(after, first(after)))


def of_step(before: Document, after: Document, old: StepSpec, new: StepSpec, say: Say) -> Iterator[Difference]:
    if old.type is not new.type:
        yield Difference(old.title, "Type", old.type.label, new.type.label)
    else:
        yield from of_settings(old, new, say)
    if was_moved(before, after, new.key):
        yield Difference(new.title, "Moved", place(before, new.key), place(after, new.key))
    for branch in new.branches:
        was, now = old.next.get(branch), new.next.get(branch)
        if was != now and both_there(before, after, was, now):
            what = "Leads to" if len(new.branches) == 1 else f"Branch {branch_words(branch)} leads to"
            yield Difference(new.title, what, title(before, was), title(after, now))


def both_there(before: Document, after: Document, was: str | None, now: str | None) -> bool:
    """Neither end is new or deleted: that is said of the step itself."""
    return (was is None or was in after.by_key) and (now is None or now in before.by_key)


def was_moved(before: Document, after: Document, key: str) -> bool:
    """Other steps lead to it than did, none of which is new or gone."""
    was, now = sources(before, key), sources(after, key)
    return bool(was) and bool(now) and not was & now and was <= after.by_key.keys() and now <= before.by_key.keys()


def of_settings(old: StepSpec, new: StepSpec, say: Say) -> Iterator[Difference]:
    for name, setting in new.type.settings.items():
        was, now = (words(setting, step.settings.get(name), say) for step in (old, new))
        if was != now:
            yield Difference(old.title, setting.label, was, now)
        elif old.settings.get(name) != new.settings.get(name):
            yield Difference(old.title, setting.label, was, HIDDEN)


def words(setting: Setting, value: Any, say: Say) -> str:
    return NOT_SET if value is None else setting.words(value, say)


def sources(document: Document, key: str) -> set[str]:
    return {step.key for step in document.steps if key in step.next.values()}


def place(document: Document, key: str) -> str:
    """after Delay: Wait 1 day; after the entry; not led to."""
    if first(document) == key:
        return "after the entry"
    leading = [step.title for step in document.steps if key in step.next.values()]
    return f"after {leading[0]}" if leading else "where nothing leads"


def first(document: Document) -> str | None:
    return document.steps[0].key if document.steps else None


def title(document: Document, key: str | None) -> str:
    return document.by_key[key].title if key in document.by_key else "the end"
