"""A sandbox on a real socket, reset for every test, and a client that speaks to it as our product would."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from integrations.facebook.sandbox import Sandbox

SYSTEM_USER = "SANDBOX-SYSTEM-USER-TOKEN"
LIST = {"name": "Win back", "subtype": "CUSTOM", "customer_file_source": "USER_PROVIDED_ONLY"}


@dataclass
class Graph:
    sandbox: Sandbox
    session: requests.Session
    version: str = "v26.0"
    token: str = SYSTEM_USER

    def use(self, token: str) -> None:
        self.token = token

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"{self.sandbox.url}/{self.version}/{path}" if self.version else f"{self.sandbox.url}/{path}"
        return self.session.request(method, url, headers={**headers, **kwargs.pop("headers", {})}, timeout=10, **kwargs)

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.call("GET", path, params=params)

    def post(self, path: str, **body: Any) -> requests.Response:
        return self.call("POST", path, json=body)

    def delete(self, path: str, **body: Any) -> requests.Response:
        return self.call("DELETE", path, json=body or None)

    def control(self, method: str, path: str, **body: Any) -> requests.Response:
        url = f"{self.sandbox.url}/_sandbox/{path}"
        return self.session.request(method, url, json=body if method == "POST" else None, timeout=10)

    def make_list(self, account: str = "act_1001", **facts: Any) -> str:
        return self.post(f"{account}/customaudiences", **{**LIST, **facts}).json()["id"]

    def upload(self, audience: str, schema: Any, data: list[Any], **more: Any) -> requests.Response:
        return self.post(f"{audience}/users", payload={"schema": schema, "data": data}, **more)

    def emails(self, *names: str) -> list[list[str]]:
        return [[self.hash(name)] for name in names]

    def hash(self, text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()


def error(response: requests.Response) -> tuple[int, int, int | None]:
    told = response.json()["error"]
    return response.status_code, told["code"], told.get("error_subcode")


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@pytest.fixture
def graph(sandbox: Sandbox) -> Iterator[Graph]:
    with requests.Session() as session:
        yield Graph(sandbox, session)


@pytest.fixture
def refused():
    """(HTTP status, code, subcode) of an error."""
    return error


@pytest.fixture
def audience(graph: Graph) -> str:
    return graph.make_list()
