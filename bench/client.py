"""One visitor on a kept-alive connection, with cookies and gzip, as a browser has them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from urllib.parse import urlencode, urlsplit

HOST = "forum.example.org"
"""In production no other is answered."""
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    """As it came over the wire."""
    headers: dict[str, str]

    @property
    def text(self) -> str:
        body = gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body
        return body.decode()

    @property
    def token(self) -> str:
        """The CSRF token of the page's first form."""
        found = TOKEN.search(self.text)
        assert found, "no form with a token"
        return found.group(1)


class Client:
    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        return self._send("GET", path, None, headers)

    def post(self, path: str, fields: Mapping[str, object], **headers: str) -> Answer:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._send("POST", path, urlencode(fields, doseq=True).encode(), headers)

    def upload(self, path: str, fields: dict[str, str], name: str, file: tuple[str, bytes]) -> Answer:
        border = "tirazh-bench-border"
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
            for field, value in fields.items()
        ]
        head = f'--{border}\r\nContent-Disposition: form-data; name="{name}"; filename="{file[0]}"\r\n'
        parts += [f"{head}Content-Type: application/octet-stream\r\n\r\n".encode(), file[1]]
        body = b"".join(parts) + f"\r\n--{border}--\r\n".encode()
        return self._send("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={border}"})

    def sign_in(self, email: str, password: str) -> None:
        token = self.get("/login").token
        answer = self.post("/login", {"csrf_token": token, "email": email, "password": password})
        assert answer.status in (302, 303), f"{email} cannot sign in: {answer.status}"

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        headers = {
            "Host": HOST,
            "Accept-Encoding": "gzip",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            response = self._exchange(method, path, body, headers)
        except (RemoteDisconnected, BrokenPipeError, ConnectionResetError):  # the server closed an idle connection
            self.connection.close()
            response = self._exchange(method, path, body, headers)
        answer = Answer(response.status, response.read(), {k.lower(): v for k, v in response.getheaders()})
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def _exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> HTTPResponse:
        self.connection.request(method, path, body, headers)
        return self.connection.getresponse()


def path_of(answer: Answer) -> str:
    """Where a redirect leads."""
    parts = urlsplit(answer.headers["location"])
    return parts.path + (f"?{parts.query}" if parts.query else "")
