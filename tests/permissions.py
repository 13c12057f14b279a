"""docs/permissions.md, drawn from the table that `test_every_url` walks; `make permissions` writes it anew."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import django
from django.urls import URLResolver, get_resolver

from tests.every_url import ACCOUNT, ADMIN, API, CAST, DASHBOARD, expected

PAGE = Path(__file__).resolve().parent.parent / "docs" / "permissions.md"
WORDS = {"let in": "yes", "forbidden": "403", "sign in": "sign in", "not there": "404", "never": ""}
HEAD = """# Who may open what

Written by `make permissions` from the table in `tests/every_url.py`; `tests/test_every_url.py` opens every address as
everybody, and fails where an answer, or this page, says something else.

* **yes**: the page is shown, or what was sent is looked at. **sign in**: leads to the sign-in page. **403**: refused,
  and the refusal tells nothing. **404**: there is no such page for this person.
* An address that has no line for GET or POST answers 405 there.
* *No role* is signed in, without a role; *staff* is that with the Django admin opened. An Admin of the tests is staff.
* What is asked for by a number that doesn't exist is 404 for those who may look, and the same as here for all others.
* A POST without the form's token is 403 for everybody, but for the link to unsubscribe: mail programs may POST to it.
"""
API_HEAD = """
## The HTTP API

Every call needs a key that has the scope, whoever is signed in. No key, or one that was revoked: 401. A key that has
every other scope: 403. `/api/v1/docs` and `/api/v1/openapi.json` are for everybody.

| call | scope | no key | wrong scope | right scope |
|---|---|---|---|---|
"""


def lines() -> Iterator[str]:
    where = dict(routes())
    yield HEAD
    for title, rows in (("The dashboard", DASHBOARD), ("Accounts", ACCOUNT), ("The Django admin", ADMIN)):
        yield f"\n## {title}\n\n| address | | anonymous | no role | staff | Viewer | Marketer | Admin |\n"
        yield "|---|---|---|---|---|---|---|---|\n"
        yield from dict.fromkeys(row for name in rows for row in answers(name, where[name]))
    yield API_HEAD
    calls = ((where[name], method, scope) for name, (method, scope) in API.items())
    yield from (f"| `{method} {address}` | {scope} | 401 | 403 | yes |\n" for address, method, scope in sorted(calls))


def answers(name: str, address: str) -> Iterator[str]:
    """A line for each method that somebody may use, or is refused by more than 405."""
    for method in ("get", "post"):
        said = [WORDS[expected(name, who, method)] for who in CAST]
        if WORDS["never"] not in said:
            yield f"| `{of_any_table(name, address)}` | {method.upper()} | {' | '.join(said)} |\n"


def of_any_table(name: str, address: str) -> str:
    """The pages of the admin's tables answer alike: those of accounts alone, which can be changed, are named."""
    if not name.startswith("admin:") or "team_user" in name:
        return address
    return re.sub(r"^/admin/[a-z]+/[a-z]+/(?=$|\{object_id\}/|add/)", "/admin/{app}/{table}/", address)


def routes(resolver: URLResolver | None = None, before: str = "/", space: str = "") -> Iterator[tuple[str, str]]:
    """Every name, and its address with names in braces."""
    for one in (resolver or get_resolver()).url_patterns:
        here = before + readable(str(one.pattern))
        if isinstance(one, URLResolver):
            yield from routes(one, here, f"{one.namespace}:" if one.namespace else space)
        else:
            yield f"{space}{one.name or ''}", here


def readable(pattern: str) -> str:
    named = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern))
    return named.strip("^$")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    PAGE.write_text("".join(lines()), encoding="utf-8")
