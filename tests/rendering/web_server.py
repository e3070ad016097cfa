"""A web server on loopback that plays a Git server, a chart repository and an OCI registry, and notes all requests.

Git is served by git's own program. The registry takes pushes as well as pulls, so that the real helm shows that it
behaves as registries do; it refuses what the distribution specification does not know.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def user(self) -> str:
        """The user and password that were sent, as ``user:password``."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        return base64.b64decode(value).decode() if kind.lower() == "basic" else ""


@dataclass
class WebServer:
    """``files`` are served as they are; ``user`` must be sent for all but the token service, if set."""

    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    repositories: dict[str, Path] = field(default_factory=dict)
    """Path of a URL → folder of a repository."""
    user: str = ""
    tokens: bool = False
    """The registry wants a bearer token, which it gives to ``user``."""
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[tuple[str, str], bytes] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[str]:
        """Each request as ``METHOD path``."""
        return [f"{each.method} {each.path}" for each in self.requests]

    @contextmanager
    def running(self) -> Iterator[WebServer]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.answer))
        server.daemon_threads = True
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        if request.path == "/token":
            return self._token(request)
        if request.path.startswith("/v2/"):
            return self._registry(request)
        if request.path in self.redirects:
            return Reply(302, headers={"Location": self.redirects[request.path]})
        if self.user and request.user != self.user:
            return Reply(401, b"no", {"WWW-Authenticate": 'Basic realm="test"'})
        for prefix, folder in self.repositories.items():
            if request.path.startswith(f"{prefix}/"):
                return _git(request, folder, request.path.removeprefix(prefix))
        body = self.files.get(request.path)
        return Reply(body=body) if body is not None else Reply(404, b"not found")

    # --- the registry ------------------------------------------------------------------------------------------------

    def _token(self, request: Request) -> Reply:
        assert request.query["service"] == ["registry.test"], request.query
        assert re.fullmatch(r"repository:[a-z0-9/._-]+:pull(?:,push)?", request.query["scope"][0]), request.query
        if self.user and request.user != self.user:
            return Reply(401, b"{}")
        return Reply(body=json.dumps({"token": _token_for(request.query["scope"][0])}).encode())

    def _registry(self, request: Request) -> Reply:
        match = re.fullmatch(
            r"/v2/(?:(?P<name>[a-z0-9/._-]+)/(?P<kind>manifests|blobs|tags)/(?P<rest>.*))?", request.path
        )
        assert match, f"no request of the distribution specification: {request.path}"
        name, kind, rest = match["name"] or "", match["kind"], match["rest"] or ""
        refused = self._refused(request, name)
        if refused is not None:
            return refused
        if kind is None:
            return Reply()
        if kind == "tags":
            assert rest == "list"
            return self._list(name, request)
        if kind == "blobs":
            return self._blob(name, rest, request)
        return self._manifest(name, rest, request)

    def _refused(self, request: Request, name: str) -> Reply | None:
        if self.tokens:
            if request.headers.get("authorization", "").startswith("Bearer " + _token_for(f"repository:{name}:pull")):
                return None
            scope = f"repository:{name}:pull{'' if request.method in ('GET', 'HEAD') else ',push'}"
            challenge = f'Bearer realm="{self.url}/token",service="registry.test",scope="{scope}"'
            return Reply(401, b"{}", {"WWW-Authenticate": challenge})
        if self.user and request.user != self.user:
            return Reply(401, b"{}", {"WWW-Authenticate": 'Basic realm="test"'})
        return None

    def _list(self, name: str, request: Request) -> Reply:
        """One tag a page, so that whoever lists has to follow the links."""
        tags = sorted(self.tags.get(name, []))
        last = request.query.get("last", [""])[0]
        left = [tag for tag in tags if tag > last]
        headers = {"Link": f'</v2/{name}/tags/list?n=1&last={left[0]}>; rel="next"'} if len(left) > 1 else {}
        return Reply(body=json.dumps({"name": name, "tags": left[:1]}).encode(), headers=headers)

    def _blob(self, name: str, rest: str, request: Request) -> Reply:
        if request.method == "POST":
            assert rest == "uploads/"
            return Reply(202, headers={"Location": f"{self.url}/v2/{name}/blobs/uploads/1"})
        if request.method == "PUT":
            digest = request.query["digest"][0]
            assert digest == _digest(request.body)
            self.blobs[digest] = request.body
            return Reply(201, headers={"Location": f"/v2/{name}/blobs/{digest}", "Docker-Content-Digest": digest})
        assert _DIGEST.fullmatch(rest), rest
        if f"/blobs/{rest}" in self.redirects:
            return Reply(307, headers={"Location": self.redirects[f"/blobs/{rest}"]})
        body = self.blobs.get(rest)
        return Reply(body=body) if body is not None else Reply(404, b"{}")

    def _manifest(self, name: str, reference: str, request: Request) -> Reply:
        assert _DIGEST.fullmatch(reference) or _TAG.fullmatch(reference), reference
        if request.method == "PUT":
            assert request.headers["content-type"] == _MANIFEST
            self.push_manifest(name, reference, request.body)
            return Reply(201, headers={"Docker-Content-Digest": _digest(request.body)})
        assert _MANIFEST in request.headers["accept"]
        body = self.manifests.get((name, reference))
        if body is None:
            return Reply(404, b"{}")
        return Reply(body=body, headers={"Content-Type": _MANIFEST, "Docker-Content-Digest": _digest(body)})

    def push_manifest(self, name: str, reference: str, body: bytes) -> str:
        digest = _digest(body)
        self.manifests[name, reference] = self.manifests[name, digest] = body
        if not _DIGEST.fullmatch(reference):
            self.tags.setdefault(name, []).append(reference)
        return digest

    def push_artifact(self, name: str, tag: str, layers: list[tuple[str, bytes]]) -> str:
        """Put an artifact with these layers (media type, content) into the registry, and return its digest."""
        described = []
        for media_type, content in layers:
            self.blobs[_digest(content)] = content
            described.append({"mediaType": media_type, "digest": _digest(content), "size": len(content)})
        manifest = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": {}, "layers": described}
        return self.push_manifest(name, tag, json.dumps(manifest).encode())


def _token_for(scope: str) -> str:
    return hashlib.sha256(scope.rpartition(":")[0].encode()).hexdigest()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _git(request: Request, folder: Path, rest: str) -> Reply:
    done = subprocess.run(
        ["git", "http-backend"],  # noqa: S607  # git of the PATH is meant
        input=request.body,
        env={
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
            "PATH_TRANSLATED": f"{folder}/.git{rest}",
            "REQUEST_METHOD": request.method,
            "QUERY_STRING": "&".join(f"{name}={value}" for name, values in request.query.items() for value in values),
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(request.body)),
            "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        },
        capture_output=True,
        check=True,
    )
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
    return Reply(int(fields.pop("Status", "200").partition(" ")[0]), content, fields)


def _handler(answer: Callable[[Request], Reply]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            split = urlsplit(self.path)
            body = self._body()
            request = Request(
                method=self.command,
                path=split.path,
                query=parse_qs(split.query, keep_blank_values=True),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=body,
            )
            reply = answer(request)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_HEAD = handle_any  # noqa: N815  # the names that http.server calls

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            chunks = b""
            while size := int(self.rfile.readline().strip(), 16):
                chunks += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return chunks

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
