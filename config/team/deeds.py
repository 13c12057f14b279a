"""What stands in the audit log, in plain words: by the raw name of each action, kind by kind."""

from collections.abc import Mapping

KINDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "token.": ("Tokens", {
        "set": "Connected with a token", "replaced": "Replaced the token", "removed": "Disconnected",
    }),
    "requirement.": ("Requirements", {"ticked": "Ticked a requirement", "unticked": "Took back a tick"}),
    "canvas.": ("Canvases", {
        "created": "Created a Canvas", "saved": "Changed a Canvas", "launched": "Launched a Canvas",
        "published": "Published a new version", "stopped": "Stopped a Canvas", "resumed": "Resumed a Canvas",
        "archived": "Archived a Canvas", "restored": "Brought back a version", "draft_begun": "Began to edit a Canvas",
        "draft_discarded": "Gave up the draft of a Canvas",
    }),
    "segment.": ("Segments", {
        "created": "Created a segment", "changed": "Changed a segment", "deleted": "Deleted a segment",
    }),
    "audience.": ("Custom audiences", {"recreated": "Recreated a custom audience"}),
    "sync.": ("Passing people on", {"retried": "Tried again at once", "cancelled": "Cancelled who waited"}),
    "sending.": ("Messages and webhooks", {"retried": "Tried again at once", "cancelled": "Cancelled who waited"}),
    "profile.": ("Profiles", {"changed": "Changed a profile"}),
    "people.": ("Lists and erasures", {
        "erased": "Erased people", "exported": "Exported a list of people",
    }),
    "user.": ("People and roles", {
        "invited": "Invited somebody", "invitation_withdrawn": "Withdrew an invitation", "joined": "Joined",
        "role_changed": "Changed a role", "activated": "Let somebody sign in again",
        "deactivated": "Stopped somebody from signing in", "changed": "Changed an account",
        "password_changed": "Changed the own password", "password_set": "Set somebody's password",
    }),
    "two_step.": ("Two-step sign-in", {
        "added": "Added a second step", "removed": "Removed a second step",
        "switched_off": "Switched off somebody's second step",
    }),
    "session.": ("Sessions", {"ended": "Signed out elsewhere"}),
    "api_key.": ("API keys", {"created": "Created an API key", "revoked": "Revoked an API key"}),
    "webhook.": ("Webhook signing", {"key_made": "Made a signing key"}),
}  # fmt: skip
"""By the prefix of the raw names: the kind's own words, and those of its actions."""

WORDS: Mapping[str, str] = {
    f"{kind}{name}": words for kind, (_, deeds) in KINDS.items() for name, words in deeds.items()
}
CHOICES = [
    ("", "Everything"),
    *(
        (label, [(kind, f"{label}: all"), *((f"{kind}{name}", words) for name, words in deeds.items())])
        for kind, (label, deeds) in KINDS.items()
    ),
]
"""For a form: all of a kind, or one action."""


def in_words(action: str) -> str:
    """An action that has no words is told by its name."""
    return WORDS.get(action) or action.replace("_", " ").replace(".", ": ")


def told(details: Mapping) -> str:
    """What is noted besides, in a line."""
    return " · ".join(f"{name.replace('_', ' ')}: {plain(value)}" for name, value in details.items())


def plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
