"""What every page loads is used by some page: a class or token that nothing names any more is deleted."""

import re
from itertools import chain
from pathlib import Path

from tests.test_docs import PACKAGES, ROOT

STYLES = ROOT / "static/css"
EVERYWHERE = [STYLES / f"{name}.css" for name in ("tokens", "components", "forms", "pages", "print")]
MADE = {"fill-synced", "fill-withdrawn"}
"""Put together by the ledger's bar, for states that have no pattern."""


def text(*files: Path) -> str:
    return "\n".join(re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL) for file in files)


def test_every_class_is_in_a_template_a_script_or_a_view():
    pages = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/js/*.js")]
    views = chain.from_iterable((ROOT / package).rglob("*.py") for package in PACKAGES)
    words = set(re.findall(r"[\w-]+", text(*pages, *views)))
    selectors = " ".join(re.findall(r"([^{}]*)\{", text(*EVERYWHERE)))
    assert set(re.findall(r"\.([A-Za-z][\w-]*)", selectors)) - words == MADE


def test_every_token_is_used_and_every_one_that_is_used_is_there():
    given = set(re.findall(r"(--[\w-]+)\s*:", text(STYLES / "tokens.css")))
    assert set(re.findall(r"var\((--[\w-]+)", text(*STYLES.glob("*.css")))) == given
