"""Which version serves a call (Meta: versioning; contract 1.2).

An expired one is refused with 2635, or upgraded with a warning header where the app has that switched on. A path
without a version is refused too: what Meta answers there is unspecified, [unsure], and the checklist leaves 2635 or
2500. One that never was is a path that cannot be parsed, 2500 [unsure].
"""

from integrations.facebook.sandbox.answers import GraphError

WARNING = "X-Ad-Api-Version-Warning"


def served(versions: tuple[str, ...], asked: str) -> str:
    return asked if asked in versions else versions[0]


def gate(versions: tuple[str, ...], asked: str, auto_upgrade: bool) -> dict[str, str]:
    """Returns the headers to add; raises where the version is not served."""
    if asked in versions:
        return {}
    if asked and _number(asked) > _number(versions[-1]):
        raise GraphError(2500, f"Unknown path components: /{asked}")
    if asked and auto_upgrade:
        return {WARNING: f"The call has been auto-upgraded to {versions[0]} as {asked} has been deprecated."}
    named = f"({asked}) " if asked else ""
    raise GraphError(2635, f"(#2635) You are calling a deprecated version {named}of the Ads API. Use {versions[-1]}.")


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version[1:].split("."))
