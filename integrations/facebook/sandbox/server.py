"""The HTTP side: keep-alive, no delay, one thread per connection, and silence. Nothing of a request is ever printed.

A dropped answer closes the connection without a byte. Stopping closes what is open, so that a sandbox that is down is
down for clients with a kept connection too.
"""

import contextlib
import socket
import socketserver
import struct
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler
from typing import Any

import orjson

from integrations.facebook.sandbox import control, graph
from integrations.facebook.sandbox.answers import Answer
from integrations.facebook.sandbox.call import Call
from integrations.facebook.sandbox.controls import Controls


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: "Server"

    def respond(self) -> None:
        body = self._body()
        try:
            answer = self._answer(body)
        except Exception as bug:
            answer = _bug(bug)
        if answer.dropped:
            self._drop(answer.reset)
        else:
            self._send(answer)

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = respond

    def _answer(self, body: bytes) -> Answer:
        if self.path.startswith(control.PREFIX):
            return control.serve(self.server.controls, self.command, self.path, body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return graph.serve(self.server.controls.world, Call(self.command, self.path, headers, body))

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(iter(self._chunk, b""))
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(int(length)) if length.isdecimal() else b""

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0] or b"0", 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def _send(self, answer: Answer) -> None:
        body = answer.body if isinstance(answer.body, bytes) else orjson.dumps(answer.body)
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) - answer.cut])
        self.close_connection |= bool(answer.cut)

    def _drop(self, reset: bool) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            if reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            else:
                self.connection.shutdown(socket.SHUT_RDWR)

    def version_string(self) -> str:
        return "graph-sandbox"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: a request line holds the token."""


def _bug(bug: Exception) -> Answer:
    """Says where, not what: the message might quote a request."""
    last = traceback.extract_tb(bug.__traceback__)[-1]
    where = f"{type(bug).__name__} at {last.filename.rpartition('/')[2]}:{last.lineno}"
    print(f"graph sandbox: bug, {where}", file=sys.stderr)
    return Answer({"sandbox_bug": where}, 500)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, controls: Controls) -> None:
        self.controls = controls
        self.connections: set[socket.socket] = set()
        self.guard = threading.Lock()
        super().__init__((host, port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.guard:
            self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self.guard:
            self.connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        with self.guard:
            for connection in self.connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nobody's business."""
