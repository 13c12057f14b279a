"""A server that takes what Facebook would take, counts the bytes and answers as Facebook does; nothing is looked at.

    python -m bench.null_server PORT SECONDS_OF_LATENCY

Each connection is a thread that reads into one buffer, so that it costs the processor as little as can be.
"""

import re
import socket
import sys
import threading
import time

TOTAL = re.compile(rb'"estimated_num_total":(\d+)')
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
USAGE = '{"1":[{"type":"custom_audience","call_count":1,"ads_api_access_tier":"standard_access"}]}'
PIECE = 1 << 20


def serve(port: int, latency: float) -> None:
    with socket.create_server(("127.0.0.1", port), backlog=64) as listening:
        print("ready", flush=True)
        while True:
            threading.Thread(target=talk, args=(listening.accept()[0], latency), daemon=True).start()


def talk(line: socket.socket, latency: float) -> None:
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer = memoryview(bytearray(PIECE))
    with line:
        while tail := take(line, buffer):
            time.sleep(latency)
            rows = TOTAL.search(tail)
            line.sendall(answer(int(rows[1]) if rows else 0))


def take(line: socket.socket, buffer: memoryview) -> bytes:
    """One request; its last bytes, or nothing where the client went away."""
    got = 0
    while b"\r\n\r\n" not in (head := bytes(buffer[:got])):
        more = line.recv_into(buffer[got:])
        if not more:
            return b""
        got += more
    start, _, rest = head.partition(b"\r\n\r\n")
    length = LENGTH.search(start)
    left, tail = int(length[1]) - len(rest) if length else 0, rest[-300:]
    while left > 0:
        more = line.recv_into(buffer, min(left, PIECE))
        if not more:
            return b""
        left, tail = left - more, (tail + bytes(buffer[max(0, more - 300) : more]))[-300:]
    return tail or b"{}"


def answer(rows: int) -> bytes:
    body = f'{{"audience_id":"1","session_id":"1","num_received":{rows},"num_invalid_entries":0}}'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-business-use-case-usage: {USAGE}\r\n"
    return f"{head}facebook-api-version: v26.0\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


if __name__ == "__main__":
    serve(int(sys.argv[1]), float(sys.argv[2]))
