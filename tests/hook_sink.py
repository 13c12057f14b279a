"""A receiver of webhooks for tests: an HTTP server on this machine that keeps what it is sent.

`answers` are the statuses it gives, in turn; after the last one it goes on with 200. `headers` go with each answer.
`drip`: it never gets to the end of an answer. `slow`: what succeeds is answered after so many seconds.
"""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Got:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Handler(BaseHTTPRequestHandler):
    server: "Receiver"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            self.server.got.append(Got(self.command, self.path, dict(self.headers), body))
            status = self.server.answers.pop(0) if self.server.answers else 200
        if self.server.drip:
            self.go_on_for_ever()
        if status < 300:
            time.sleep(self.server.slow)
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        with suppress(OSError):  # Whoever asked may have gone.
            self.end_headers()
            self.wfile.write(b"an answer that nobody reads")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

    def go_on_for_ever(self) -> None:
        with suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while self.server.drip:
                self.wfile.write(b"X-Drip: 1\r\n")
                time.sleep(0.05)

    def log_message(self, *args) -> None:
        """Nothing."""


class Receiver(ThreadingHTTPServer):
    """`with Receiver() as hook:`; what came stands in `hook.got`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.got: list[Got] = []
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}
        self.drip, self.slow = False, 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *args) -> None:
        self.drip = False
        self.shutdown()
        self.server_close()
