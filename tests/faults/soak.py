"""`python -m tests.faults.soak SECONDS [SEED]`: the whole product for a while, while everything that can go wrong does.

On a database of its own, of the kind that DATABASE_URL names, with a sandbox of its own. Ends with a line of figures,
or with an AssertionError if anybody was lost, or sent more often than a crash explains.
"""

import os
import random
import signal
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

from integrations.facebook.sandbox import Sandbox
from tests.running import new_database

SETTINGS = {"SYNC_BATCH_SIZE": "50", "SYNC_LEASE_SECONDS": "10"}


def main(seconds: str, seed: str = "") -> None:
    signal.signal(signal.SIGTERM, lambda *args: sys.exit(1))
    chosen = int(seed or random.SystemRandom().randrange(1_000_000))
    print(f"soak: {seconds} s with seed {chosen}", flush=True)
    with tempfile.TemporaryDirectory() as name, Sandbox(port=0) as sandbox, new_database(Path(name)) as url:
        os.environ.update(SETTINGS, DATABASE_URL=url, FACEBOOK_GRAPH_URL=sandbox.url)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
        call_command("setup", verbosity=0)
        print(import_module("tests.faults.soaking").soak(sandbox, Path(name), float(seconds), chosen))


if __name__ == "__main__":
    main(*sys.argv[1:])
