"""`make audit` fails for a known fault alone, and never calls well what nobody has looked at."""

import json
from collections.abc import Callable

import pytest

from tests import audit

WELL = {"name": "django", "version": "5.2.19", "vulns": []}
BAD = {"name": "urllib3", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.0"], "aliases": []}]}
UNKNOWN = {"name": "redis", "skip_reason": "Dependency not found on PyPI and could not be audited: redis (8.1.0)"}


@pytest.fixture
def answers(tmp_path, monkeypatch) -> Callable[[str, int], None]:
    """A program in pip-audit's place that prints this and ends so."""
    monkeypatch.setattr(audit, "HOME", tmp_path)
    program, said = tmp_path / "bin" / "pip-audit", tmp_path / "said"
    program.parent.mkdir()

    def answer(text: str, code: int) -> None:
        said.write_text(text)
        program.write_text(f"#!/bin/sh\ncat {said}\nexit {code}\n")
        program.chmod(0o700)

    return answer


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([WELL], 0, "1 packages were looked up; 0 of them have a known fault."),
        ([WELL, BAD], 1, "FAULT urllib3 1.0: PYSEC-1, mended in 2.0"),
        ([UNKNOWN, WELL], 0, "NOT AUDITED: the service knows nothing of 1 of 2: redis."),
        ([UNKNOWN, BAD], 1, "FAULT urllib3"),
        ([UNKNOWN], 0, "0 packages were looked up"),
    ],
)
def test_it_says_what_was_found_and_what_was_not_looked_at(answers, capsys, packages, code, words):
    answers(json.dumps({"dependencies": packages, "fixes": []}), code)
    assert audit.main() == code
    assert words in capsys.readouterr().out


def test_without_a_network_it_says_so_and_stops_nothing(answers, capsys):
    answers("", 1)
    assert audit.main() == 0
    assert capsys.readouterr().out.startswith("NOT AUDITED: nobody could be asked")


def test_nor_does_a_service_that_never_answers(answers, capsys, monkeypatch):
    answers("", 0)
    (audit.HOME / "bin" / "pip-audit").write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(audit, "SECONDS", 0.2)
    assert audit.main() == 0
    assert "NOT AUDITED: nobody could be asked (TimeoutExpired)" in capsys.readouterr().out
