"""A mail server for tests: it speaks SMTP on a socket of this machine and keeps what it is given.

Faults that can be switched on: `refused` addresses (as `refusal` says) and `later` ones, `sender_code` for the sender,
`down` (it takes connections and closes them), `slow` (so many seconds to take a message).
"""

import socketserver
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Given:
    """One message as it came."""

    to: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


class Conversation(socketserver.StreamRequestHandler):
    server: "Sink"

    def handle(self) -> None:
        if self.server.down:
            return None
        self.say(220, "sink")
        to = ""
        while line := self.rfile.readline():
            verb, words = line[:4].upper(), line.decode().strip()
            if verb == b"QUIT":
                return self.say(221, "bye")
            if verb == b"MAIL":
                self.say(self.server.sender_code, "sender")
            elif verb == b"RCPT":
                to = words.partition("<")[2].partition(">")[0]
                code = 550 if to in self.server.refused else 451 if to in self.server.later else 250
                code, told = self.server.refusal if code == 550 else (code, "5.1.1")
                self.say(code, f"{told} <{to}> is what you said" if code > 299 else "ok")
            elif verb == b"DATA":
                self.say(354, "go on")
                self.server.given.append(Given(to, self.data()))
                time.sleep(self.server.slow)
                self.say(250, "taken")
            else:
                self.say(250, "ok")
        return None

    def data(self) -> bytes:
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(line[1:] if line.startswith(b"..") else line for line in lines)

    def say(self, code: int, words: str) -> None:
        self.wfile.write(f"{code} {words}\r\n".encode())


class Sink(socketserver.ThreadingTCPServer):
    """`with Sink() as sink:`; what came stands in `sink.given`."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.reset()

    def reset(self) -> None:
        self.given: list[Given] = []
        self.refused: set[str] = set()
        self.later: set[str] = set()
        self.refusal = (550, "5.1.1")
        self.sender_code, self.down, self.slow = 250, False, 0.0

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def addresses(self) -> list[str]:
        return sorted(one.to for one in self.given)

    def __enter__(self) -> "Sink":
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *args) -> None:
        self.shutdown()
        self.server_close()
