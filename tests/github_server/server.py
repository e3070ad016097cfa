"""The fake GitHub as an HTTP server: rights, faults, pages, and every exchange held to GitHub's description."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import orjson

from tests.github_server import routes_apps, routes_results
from tests.github_server.description import Violation, load_description
from tests.github_server.git_http import git_path, serve_git
from tests.github_server.rights import refusal
from tests.github_server.routes import ROUTES, Answer, Problem, Request
from tests.github_server.state import State, Token

if TYPE_CHECKING:
    from tests.github_server.faults import Fault

_ = routes_apps, routes_results  # their routes register themselves
_GRAPHQL = "/graphql"
_OLD_STATUSES = re.compile(r"^(/repos/[^/]+/[^/]+)/statuses/([^/]+)$")
_GHES_PREFIXES = ("/api/v3", "/api")


class GitHubServer:
    """One repository on ``url``; ``requests`` has what was asked, ``violations`` what GitHub would not understand."""

    def __init__(self, state: State | None = None, *, port: int = 0) -> None:
        self.state = state or State()
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str, int]] = []
        self.git_requests: list[tuple[str, int]] = []
        """What was asked over git's own protocol: path and status."""
        self.violations: list[str] = []
        self.barrier: threading.Barrier | None = None
        """Where a test puts one, comments are listed by that many runs together: the worst race there is."""
        server = self

        class Handler(_Handler):
            github = server

        self._http = _Http(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The API's URL, without a slash at the end."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def fail(self, fault: Fault) -> None:
        """Let requests fail from now on; faults are used in the order in which they were given."""
        self.faults.append(fault)

    def methods(self) -> list[str]:
        """Return the requests without their numbers: ``GET comments``, ``POST comments``."""
        return [f"{method} {path.rstrip('/0123456789').rsplit('/', 1)[-1]}" for method, path, _ in self.requests]


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    github: GitHubServer
    # A client that keeps its connection may send the next request at once.
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # named so by the standard library
        """Say nothing: tests read ``requests``."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        split = urlsplit(self.path)
        if git_path(self.github.state, split.path):
            answer = serve_git(self.github.state, self.command, self.path, self.headers, body)
            self.github.git_requests.append((split.path, answer.status))
            self._send(answer)
            return
        path = next(
            (split.path.removeprefix(prefix) for prefix in _GHES_PREFIXES if split.path.startswith(prefix)), split.path
        )
        with self.github.state.lock:
            fault = next((fault for fault in self.github.faults if fault.takes(self.command, path)), None)
        if fault is not None and not fault.after_write:
            answer = Answer(status=fault.status, body=fault.body or {"message": fault.message}, headers=fault.headers)
        else:
            answer = self._answer(path, dict(parse_qsl(split.query)), body)
        self.github.requests.append((self.command, path, answer.status))
        if fault is not None and fault.after_write:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(answer)

    def _answer(self, path: str, query: dict[str, str], raw: bytes) -> Answer:
        try:
            token = self._token()
            body = orjson.loads(raw) if raw else {}
            if path == _GRAPHQL:
                return _graphql(token, body)
            return self._rest(token, path, query, body)
        except Problem as problem:
            shown: dict[str, Any] = {"message": problem.message, "documentation_url": "https://docs.github.com/rest"}
            if problem.errors:
                shown["errors"] = problem.errors
            return Answer(status=problem.status, body=shown | {"status": str(problem.status)})
        except Violation as violation:
            self.github.violations.append(str(violation))
            return Answer(status=422, body={"message": f"Invalid request.\n\n{violation}"})

    def _rest(self, token: Token, path: str, query: dict[str, str], body: Any) -> Answer:
        if self.command == "GET":
            # An old address of the same list, which PyGithub still uses and GitHub still serves.
            path = _OLD_STATUSES.sub(r"\1/commits/\2/statuses", path)
        state, found = self.github.state, load_description().match(self.command, path)
        if found is None:
            raise Violation(f"{self.command} {path} is not served")
        name, parameters = found
        if "repo" in parameters and f"{parameters['owner']}/{parameters['repo']}".lower() != state.full_name.lower():
            raise Problem(404, "Not Found")
        if message := refusal(state, token, name):
            raise Problem(403, message)
        operation = load_description().operation(name)
        operation.check_query(query)
        if self.command in {"POST", "PATCH", "PUT"}:
            operation.check_request(body)
        request = Request(
            state=state, token=token, base_url=self.github.url, parameters=parameters, query=query, body=body
        )
        if self.github.barrier is not None and name.endswith("/{issue_number}/comments") and self.command == "GET":
            answer = ROUTES[name](request)
            self.github.barrier.wait(timeout=10)
        else:
            answer = ROUTES[name](request)
        if isinstance(answer.body, list):
            answer = _page(answer, f"{self.github.url}{quote(path)}", query)
        if answer.status != 204:
            operation.check_response(answer.status, answer.body)
        return answer

    def _token(self) -> Token:
        value = self.headers.get("Authorization", "").partition(" ")[2]
        token = self.github.state.tokens.get(value) or routes_apps.app_token(self.github.state, value)
        if token is None:
            raise Problem(401, "Bad credentials")
        return token

    def _send(self, answer: Answer) -> None:
        content = answer.body if isinstance(answer.body, bytes) else orjson.dumps(answer.body)
        if answer.status == 204:
            content = b""
        kind = "text/html" if isinstance(answer.body, bytes) else "application/json; charset=utf-8"
        self.send_response(answer.status)
        for name, value in ({"Content-Type": kind} | answer.headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _graphql(token: Token, body: dict[str, Any]) -> Answer:
    """Answer the one query that GitHub's REST API has no answer to."""
    if "viewer" not in body.get("query", "") or "mutation" in body.get("query", ""):
        raise Violation("graphql: only the viewer's login is served")
    return Answer(body={"data": {"viewer": {"login": token.login}}})


def _page(answer: Answer, url: str, query: dict[str, str]) -> Answer:
    page, size = int(query.get("page", "1")), min(int(query.get("per_page", "30")), 100)
    end = page * size
    links = {}
    if end < len(answer.body):
        links = {"Link": f'<{url}?{urlencode(query | {"page": str(page + 1)})}>; rel="next"'}
    return Answer(status=answer.status, body=answer.body[end - size : end], headers=answer.headers | links)
