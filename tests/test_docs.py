"""Nothing a person may meet is undocumented: check ids, settings, commands and their options."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import load_command_class

from integrations.errors import KINDS

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("audiences", "canvas", "config", "integrations")
ID = r"(?:canvas|facebook|message|webhook)\.[EW]\d{3}"
CHECK_ID = re.compile(rf"\b{ID}\b")
SETTING = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
ENVIRONMENT = ("config/environment.py", "config/settings.py")
SHARED = {"--help", "--version", "--verbosity", "--settings", "--pythonpath", "--traceback"} | {
    "--no-color", "--force-color", "--skip-checks",
}  # fmt: skip


def doc(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def all_docs() -> str:
    pages = [*sorted((ROOT / "docs").glob("*.md")), *ROOT.glob("README.md")]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def check_ids() -> set[str]:
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {found for path in sources for found in CHECK_ID.findall(path.read_text(encoding="utf-8"))}


def settings_read() -> set[str]:
    """Names in capitals that are the first argument of a call where the environment is read."""
    found = set()
    for path in ENVIRONMENT:
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            first = node.args[0] if isinstance(node, ast.Call) and node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and SETTING.fullmatch(first.value):
                found.add(first.value)
    return found


def commands() -> dict[str, str]:
    """Our own: name -> the app that brings it."""
    ours = [app for app in apps.get_app_configs() if app.name.split(".")[0] in PACKAGES]
    return {
        path.stem: app.name
        for app in ours
        for path in Path(app.path, "management", "commands").glob("[!_]*.py")
    }  # fmt: skip


def options(name: str) -> set[str]:
    parser = load_command_class(commands()[name], name).create_parser("manage.py", name)
    return {
        option for action in parser._actions for option in action.option_strings if option.startswith("--")
    } - SHARED


def section(name: str) -> str:
    """What docs/commands.md says of a command."""
    found = re.search(rf"^## `{name}\b.*?(?=^## |\Z)", doc("commands.md"), re.MULTILINE | re.DOTALL)
    return found.group(0) if found else ""


def test_every_check_id_stands_in_troubleshooting_once_and_no_other_does():
    told = re.findall(rf"^\| `({ID})` \| \S.*\| \S.*\|$", doc("troubleshooting.md"), re.MULTILINE)
    assert sorted(told) == sorted(check_ids())


def test_every_kind_of_error_stands_in_troubleshooting_once_and_no_other_does():
    told = re.findall(r"^\| `([A-Z][A-Za-z]+)` \| \S.*\| \S.*\|$", doc("troubleshooting.md"), re.MULTILINE)
    assert sorted(told) == sorted(KINDS)


def test_every_row_of_the_products_table_is_a_check():
    canvas = {f"canvas.E00{n}" for n in (1, 2, 4, 5, 6, 7)} | {"canvas.W001", "canvas.W002"}
    facebook = {f"facebook.E{n:03}" for n in range(1, 13)} | {f"facebook.W00{n}" for n in range(1, 7)}
    assert canvas | facebook <= check_ids()


def test_the_settings_are_found():
    assert {"SECRET_KEY", "FERNET_KEYS", "DATABASE_URL", "BROKER_URL", "DEBUG", "ENV_FILE"} <= settings_read()


@pytest.mark.parametrize("name", sorted(settings_read()))
def test_every_setting_is_documented(name):
    assert f"`{name}`" in all_docs()


def test_no_setting_is_documented_that_nobody_reads():
    told = re.findall(r"^\| `([A-Z_]+)` \|", doc("settings.md"), re.MULTILINE)
    assert told and set(told) <= settings_read()


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_and_each_of_its_options_is_documented(name):
    assert section(name), f"docs/commands.md has no section on {name}"
    assert [option for option in options(name) if option not in section(name)] == []


def test_no_command_is_documented_that_is_not_there():
    told = re.findall(r"^## `(\w+)", doc("commands.md"), re.MULTILINE)
    assert sorted(told) == sorted(commands())
