"""`with Sandbox(port=0) as sandbox:` runs the stand-in in this process, at `sandbox.url`, until the block ends."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from integrations.facebook.sandbox import saving
from integrations.facebook.sandbox.controls import Controls
from integrations.facebook.sandbox.server import Server
from integrations.facebook.sandbox.settings import Settings
from integrations.facebook.sandbox.world import World


class Sandbox(Controls):
    """Other keyword arguments are those of `Settings`; `state` is a file that outlives the sandbox."""

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        state: Path | str | None = None,
        clock: Callable[[], float] = time.time,
        **settings: Any,
    ) -> None:
        super().__init__(World(Settings(**settings), clock))
        self.host = host
        self.port = port
        self.state_file = Path(state) if state else None
        if self.state_file:
            saving.load(self.world, self.state_file)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> Self:
        """Once it has run, a sandbox comes back on the same port with the same world."""
        self.world.stopping.clear()
        self._server = Server(self.host, self.port, self)
        self.port = self._server.server_address[1]
        serve = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="graph-sandbox", daemon=True)
        self._threads = [serve]
        if self.state_file:
            self._threads.append(saving.Keeper(self.world, self.state_file))
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        self.world.stopping.set()
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
