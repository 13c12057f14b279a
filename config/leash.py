"""The leash: leads the queue's process group and ends all of it when its supervisor is gone, however it went.

The supervisor holds the other end of our standard input. A queue whose supervisor was killed would live on for ever
beside the one that is started next.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys

GRACE = 10.0


def lead(command: list[str]) -> None:
    """Runs the queue until it ends or the supervisor does; then nothing of the group is left, ourselves included."""
    queue = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *args: queue.terminate())
    while queue.poll() is None and not let_go(0.2):
        pass
    queue.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        queue.wait(GRACE)
    os.killpg(0, signal.SIGKILL)


def let_go(seconds: float) -> bool:
    """Nothing is ever written to us: that there is something to read means the end."""
    return bool(select.select([0], [], [], seconds)[0])


if __name__ == "__main__":
    lead(sys.argv[1:])
