"""`make audit`: asks for known faults of every locked package.

Exits with 1 where there is one. Where the service can't be asked, or knows none of the packages (as behind a mirror of
the index), it says so and exits with 0: that nothing was found then means nothing.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "tests/requirements.txt")
HOME, PACKAGES = ROOT / "run" / "audit", ROOT / "tests" / "audit.txt"
QUIET = ("-q", "--disable-pip-version-check")
SECONDS = 120


def main() -> int:
    try:
        reports = [asked(lock) for lock in LOCKS]
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        print(f"NOT AUDITED: nobody could be asked ({type(error).__name__}). Repeat it with the internet in reach.")
        return 0
    faults, words = told([package for report in reports for package in report["dependencies"]])
    print("\n".join(words))
    return 1 if faults else 0


def asked(lock: str) -> dict:
    """The report on one lock; ValueError where there is none."""
    choices = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--timeout", "5", "-f", "json")
    done = subprocess.run(
        [tool(), "-r", ROOT / lock, *choices], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return json.loads(done.stdout)


def tool() -> Path:
    """pip-audit in a virtual environment of its own, so that nothing of it meets the product's packages."""
    program = HOME / "bin" / "pip-audit"
    if not program.exists():
        run(sys.executable, "-m", "venv", HOME)
        run(HOME / "bin" / "python", "-m", "pip", "install", *QUIET, "--require-hashes", "-r", PACKAGES)
    return program


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, timeout=SECONDS, stderr=subprocess.DEVNULL)


def told(packages: list[dict]) -> tuple[int, list[str]]:
    """How many packages have a known fault, and what is said of all."""
    known = {package["name"]: package for package in packages}.values()
    skipped = [package["name"] for package in known if "skip_reason" in package]
    bad = [package for package in known if package.get("vulns")]
    words = [f"FAULT {one['name']} {one['version']}: {fault['id']}, mended in {mended(fault)}"
             for one in bad for fault in one["vulns"]]  # fmt: skip
    if skipped:
        words.append(f"NOT AUDITED: the service knows nothing of {len(skipped)} of {len(known)}: {shortened(skipped)}.")
    words.append(f"{len(known) - len(skipped)} packages were looked up; {len(bad)} of them have a known fault.")
    return len(bad), words


def mended(fault: dict) -> str:
    return ", ".join(fault["fix_versions"]) or "no version yet"


def shortened(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")


if __name__ == "__main__":
    sys.exit(main())
