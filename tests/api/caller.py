"""A program that calls the API with a key of its own."""

import json
from typing import Any

from django.test import Client

from config.team.models import ApiKey


class Caller:
    """`caller.post("/segments", {...})`; the answer's JSON is its `data`."""

    def __init__(self, *scopes: str, name: str = "shop") -> None:
        self.key, self.text = ApiKey.make(name, list(scopes or ApiKey.SCOPES))
        self.client = Client()

    def call(self, method: str, path: str, body: Any = None, **headers: str):
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        bearer = {"Authorization": f"Bearer {self.text}"}
        answer = self.client.generic(method, f"/api/v1{path}", headers=bearer | headers, **sent)
        answer.data = json.loads(answer.content) if answer.content else None
        return answer

    def get(self, path: str, **headers: str):
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str):
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str):
        return self.call("PUT", path, body, **headers)

    def delete(self, path: str):
        return self.call("DELETE", path)


def paths(answer) -> list[str]:
    """The wrong places that a 422 names."""
    assert answer.status_code == 422, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    return [error["path"] for error in answer.data["errors"]]
