"""GitHub's own description of its API, as far as the fake serves it, and GitHub's webhook examples.

Both come from npm packages that ``package-lock.json`` pins. What is needed of them (1 % of some 400 MB) is kept in the
user's cache directory, so that only the first test run ever calls npm.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import orjson
from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

HERE = Path(__file__).parent
_REPO: Final = "/repos/{owner}/{repo}"
OPERATIONS: Final = (
    "GET /user",
    f"GET {_REPO}",
    f"GET {_REPO}/pulls",
    f"POST {_REPO}/pulls",
    f"GET {_REPO}/pulls/{{pull_number}}",
    f"GET {_REPO}/pulls/{{pull_number}}/reviews",
    f"PUT {_REPO}/pulls/{{pull_number}}/merge",
    f"GET {_REPO}/commits/{{commit_sha}}/pulls",
    f"GET {_REPO}/issues/{{issue_number}}/comments",
    f"POST {_REPO}/issues/{{issue_number}}/comments",
    f"GET {_REPO}/issues/comments/{{comment_id}}",
    f"PATCH {_REPO}/issues/comments/{{comment_id}}",
    f"DELETE {_REPO}/issues/comments/{{comment_id}}",
    f"POST {_REPO}/issues/comments/{{comment_id}}/reactions",
    f"GET {_REPO}/issues",
    f"POST {_REPO}/issues",
    f"PATCH {_REPO}/issues/{{issue_number}}",
    f"POST {_REPO}/check-runs",
    f"PATCH {_REPO}/check-runs/{{check_run_id}}",
    f"GET {_REPO}/commits/{{ref}}/check-runs",
    f"POST {_REPO}/statuses/{{sha}}",
    f"GET {_REPO}/commits/{{ref}}/statuses",
    f"POST {_REPO}/deployments",
    f"GET {_REPO}/deployments",
    f"POST {_REPO}/deployments/{{deployment_id}}/statuses",
    f"GET {_REPO}/deployments/{{deployment_id}}/statuses",
    f"GET {_REPO}/contents/{{path}}",
    f"GET {_REPO}/collaborators/{{username}}/permission",
    f"GET {_REPO}/compare/{{basehead}}",
    "POST /app/installations/{installation_id}/access_tokens",
    "GET /orgs/{org}/installation",
    "GET /users/{username}/installation",
)
EVENTS: Final = (
    "pull_request",
    "merge_group",
    "push",
    "workflow_dispatch",
    "repository_dispatch",
    "issue_comment",
    "workflow_run",
)
_ROOT = "urn:github"


class Violation(AssertionError):
    """A request or an answer that GitHub's description does not allow."""


class Operation:
    """One operation: checks its requests and answers, and has GitHub's own example of an answer."""

    def __init__(self, name: str, described: dict[str, Any], registry: Registry[Any]) -> None:
        self.name = name
        self._described = described
        self._registry = registry
        self._validators: dict[str, Draft4Validator] = {}

    @cached_property
    def _query(self) -> dict[str, Any]:
        return {entry["name"]: entry["schema"] for entry in self._described["query"]}

    def check_query(self, query: dict[str, str]) -> None:
        """Raise ``Violation`` for a query parameter that does not exist or has no such value."""
        for name, value in query.items():
            if name not in self._query:
                raise Violation(f"{self.name}: there is no query parameter {name!r}")
            self._check(f"query.{name}", self._query[name], int(value) if value.isdigit() else value)

    def check_request(self, body: Any) -> None:
        """Raise ``Violation`` for a body that the operation does not take."""
        if (schema := self._described["request"]) is not None:
            self._check("request", schema, body)

    def check_response(self, status: int, body: Any) -> None:
        """Raise ``Violation`` for an answer that GitHub would not give."""
        described = self._described["responses"].get(str(status))
        if described is None and status < 400:
            raise Violation(f"{self.name}: GitHub does not answer {status}")
        if described is not None and described["schema"] is not None:
            self._check(str(status), described["schema"], body)

    def example(self, status: int) -> Any:
        """Return GitHub's example of an answer, a fresh copy."""
        return orjson.loads(orjson.dumps(self._described["responses"][str(status)]["example"]))

    def _check(self, where: str, schema: dict[str, Any], value: Any) -> None:
        if where not in self._validators:
            self._validators[where] = Draft4Validator(schema, registry=self._registry)
        error = next(iter(self._validators[where].iter_errors(value)), None)
        if error is not None:
            raise Violation(f"{self.name} {where}: at {error.json_path}: {error.message[:300]}")


class Description:
    """The operations that the fake serves, found by method and path."""

    def __init__(self, extracted: dict[str, Any]) -> None:
        root = DRAFT4.create_resource({"components": extracted["components"]})
        registry: Registry[Any] = Registry().with_resource(_ROOT, root)
        self._operations = {
            name: Operation(name, described, registry) for name, described in extracted["operations"].items()
        }
        self._patterns = [(_pattern(name), name) for name in OPERATIONS]

    def operation(self, name: str) -> Operation:
        """Return an operation by its name in ``OPERATIONS``."""
        return self._operations[name]

    def match(self, method: str, path: str) -> tuple[str, dict[str, str]] | None:
        """Return the operation's name and its path parameters."""
        for pattern, name in self._patterns:
            if found := pattern.fullmatch(f"{method} {path}"):
                return name, found.groupdict()
        return None


def _pattern(name: str) -> re.Pattern[str]:
    """Turn a templated path into an expression; only a file's path and a branch's name may have slashes."""
    escaped = re.escape(name).replace(r"\{", "{").replace(r"\}", "}")
    return re.compile(
        re.sub(r"\{(\w+)\}", lambda m: f"(?P<{m[1]}>{'.+' if m[1] in _WITH_SLASHES else '[^/]+'})", escaped)
    )


_WITH_SLASHES = frozenset({"path", "basehead", "ref"})


@cache
def load_description() -> Description:
    """Return GitHub's description."""
    return Description(orjson.loads((_cached() / "operations.json").read_bytes()))


@cache
def load_payloads() -> dict[str, list[dict[str, Any]]]:
    """Return GitHub's example payloads by event."""
    found: dict[str, list[dict[str, Any]]] = orjson.loads((_cached() / "payloads.json").read_bytes())
    return found


@cache
def _cached() -> Path:
    lock = (HERE / "package-lock.json").read_bytes()
    key = hashlib.sha256(b"\n".join([b"2", lock, *(name.encode() for name in OPERATIONS + EVENTS)])).hexdigest()[:16]
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gitops-action" / "npm"
    root.mkdir(parents=True, exist_ok=True)
    kept = root / key
    with (root / "lock").open("w") as lock_file:
        # Test processes that start together fetch once.
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        if not kept.exists():
            with tempfile.TemporaryDirectory(dir=root) as folder:
                made = Path(folder) / "made"
                _fetch(Path(folder), made)
                made.rename(kept)
    return kept


def _fetch(folder: Path, made: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    npm = str(Path(sys.executable).with_name("npm"))  # of the locked dependencies: no Node.js has to be installed
    argv = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(argv, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    packages = folder / "node_modules" / "@octokit"
    described = orjson.loads((packages / "openapi" / "generated" / "api.github.com.json").read_bytes())
    payloads = orjson.loads((packages / "webhooks-examples" / "api.github.com" / "index.json").read_bytes())
    made.mkdir()
    (made / "operations.json").write_bytes(orjson.dumps(_extract(described)))
    wanted = {entry["name"]: entry["examples"] for entry in payloads if entry["name"] in EVENTS}
    (made / "payloads.json").write_bytes(orjson.dumps(wanted))


def _extract(described: dict[str, Any]) -> dict[str, Any]:
    """Return the served operations, and the schemas that they refer to, in JSON Schema's own dialect."""
    components: dict[str, dict[str, Any]] = {}
    operations = {}
    for name in OPERATIONS:
        method, path = name.split(" ")
        operation = described["paths"][path][method.lower()]
        operations[name] = {
            "query": [
                {"name": entry["name"], "schema": _convert(entry["schema"])}
                for entry in (_deref(described, entry) for entry in operation.get("parameters", ()))
                if entry["in"] == "query"
            ],
            "request": _json_schema(operation.get("requestBody")),
            "responses": {
                status: _response(described, _deref(described, response))
                for status, response in operation["responses"].items()
            },
        }
    pending = [operations]
    while pending:
        for reference in _references(pending.pop()):
            group, schema = reference.removeprefix(f"{_ROOT}#/components/").split("/", 1)
            if schema not in components.setdefault(group, {}):
                components[group][schema] = _convert(described["components"][group][schema])
                pending.append(components[group][schema])
    return {"operations": operations, "components": components}


def _deref(described: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        reference, value = value["$ref"], described
        for part in reference.removeprefix("#/").split("/"):
            value = value[part]
    return value


def _response(described: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    content = response.get("content", {}).get("application/json", {})
    examples = [_deref(described, example).get("value") for example in content.get("examples", {}).values()]
    return {"schema": _json_schema(response), "example": examples[0] if examples else None}


def _json_schema(value: dict[str, Any] | None) -> Any:
    content = (value or {}).get("content", {}).get("application/json")
    return _convert(content["schema"]) if content else None


def _convert(schema: Any) -> Any:
    """Turn OpenAPI 3.0's ``nullable`` into a type, and drop what is there for readers."""
    if isinstance(schema, list):
        return [_convert(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str):
        return {"$ref": _ROOT + schema["$ref"]}
    converted = {
        # Below ``properties`` stand names, and one of them may be "description".
        name: {key: _convert(entry) for key, entry in value.items()} if name == "properties" else _convert(value)
        for name, value in schema.items()
        if name not in _FOR_READERS
    }
    if converted.pop("nullable", False) is True:
        return {"anyOf": [{"type": "null"}, converted]}
    return converted


_FOR_READERS = frozenset({"description", "example", "examples", "externalDocs", "x-github", "x-multi-segment"})


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for entry in value for found in _references(entry)]
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) and value["$ref"].startswith(_ROOT) else []
        return own + [found for entry in value.values() for found in _references(entry)]
    return []
