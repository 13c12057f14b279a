"""`python -m tests.faults.without_services TIMES`: database and Redis are killed in mid-flight and come back.

Redis comes back with nothing. Both are the test's own. Ends with a line of figures, or with an AssertionError.
"""

import os
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

from integrations.facebook.sandbox import Sandbox
from tests.faults.servers import Postgres, Redis
from tests.faults.soak import SETTINGS

AWAY = 1.0


def main(times: str) -> None:
    with tempfile.TemporaryDirectory() as name, Sandbox(port=0) as sandbox, Postgres() as postgres, Redis() as redis:
        places = {"DATABASE_URL": postgres.url, "BROKER_URL": redis.url, "FACEBOOK_GRAPH_URL": sandbox.url}
        os.environ.update(SETTINGS | places)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
        call_command("setup", verbosity=0)
        print(lose(import_module("tests.faults.soaking"), sandbox, Path(name), [postgres, redis], int(times)))


def lose(soaking, sandbox, folder: Path, servers: list, times: int) -> str:
    one = soaking.Soak(sandbox, folder, seed=0, workers=1)
    sandbox.fault("slow", method="POST", path_regex="/users$", times=None, seconds=0.1)
    try:
        for _ in range(times):
            for server in servers:
                one.keep_workers_up()
                before = one.sent()
                soaking.wait_until(lambda: one.people_come(500), 120)
                soaking.wait_until(lambda sent=before: one.sent() > sent, 60)
                server.crash()
                time.sleep(AWAY)
                server.start()
                one.database_came_back()
        one.calm_down()
        return one.count()
    finally:
        one.home.destroy()


if __name__ == "__main__":
    main(*sys.argv[1:])
