"""The token services of GitHub, AWS, Google and Microsoft, as far as a token needs them.

Each request is held to all that the real service demands: method, path, every parameter, audience, signature. What is
wrong is answered as the real one answers, and noted in ``complaints``. Signatures are checked by an own reading of AWS'
rules, not by the code under test.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

PROVIDER = "projects/123/locations/global/workloadIdentityPools/github/providers/repo"
ACCOUNT = "deploy@shop.iam.gserviceaccount.com"
TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "99999999-8888-7777-6666-555555555555"
ROLE = "arn:aws:iam::123456789012:role/deploy"
OTHER_ROLE = "arn:aws:iam::210987654321:role/cluster"
AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
GITHUB_TOKEN = "request-token-of-the-job"
JWT = "urn:ietf:params:oauth:token-type:jwt"


class Wrong(Exception):
    """A request that the real service would refuse."""


@dataclass
class Clouds:
    """What was issued so far, and the environment that leads here."""

    url: str = ""
    seconds: float = 3600.0
    """How long the tokens last."""
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Secret key and session token by access key."""
    federated: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    """Bearer tokens that an API server takes."""
    down: set[str] = field(default_factory=set)
    """Services that answer 503."""
    count: int = 0
    issues: str = ""
    """The token that Google and Entra give, where it is not to be a new one each time."""

    def environment(self, **more: str) -> dict[str, str]:
        """Return a job's variables: those of GitHub, and where the services are."""
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/github?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": GITHUB_TOKEN,
            "AWS_ENDPOINT_URL_STS": self.url,
            "AZURE_AUTHORITY_HOST": self.url,
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_STS": self.url,
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS": self.url,
            **more,
        }

    def next(self) -> int:
        self.count += 1
        return self.count

    def check_eks(self, token: str, cluster: str) -> str:
        """Return who a token for EKS is, as EKS finds out: it sends the signed request with the cluster's name."""
        prefix, _, encoded = token.partition("k8s-aws-v1.")
        _must(not prefix and "=" not in encoded, "the form of the token")
        url = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        query = parse_qs(urlsplit(url).query, strict_parsing=True)
        _must(query["Action"] == ["GetCallerIdentity"] and query["Version"] == ["2011-06-15"], "the action")
        _must(int(query["X-Amz-Expires"][0]) <= 900, "X-Amz-Expires")
        _must(query["X-Amz-SignedHeaders"] == ["host;x-k8s-aws-id"], "the signed headers")
        key = query["X-Amz-Credential"][0].partition("/")[0]
        verify_signature(self, "GET", url, {"host": urlsplit(url).netloc, "x-k8s-aws-id": cluster}, b"")
        return key


@contextmanager
def clouds() -> Iterator[Clouds]:
    """Serve while the block runs."""
    state = Clouds()

    class Handler(_Handler):
        clouds = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def verify_signature(state: Clouds, method: str, url: str, headers: dict[str, str], body: bytes) -> None:
    """Check a request's signature, in its parameters or in its headers, for keys that were given out."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    fields = dict(pairs)
    if "X-Amz-Signature" in fields:
        given, credential, signed = (fields[f"X-Amz-{name}"] for name in ("Signature", "Credential", "SignedHeaders"))
        stamp, session = fields["X-Amz-Date"], fields.get("X-Amz-Security-Token", "")
        pairs = [pair for pair in pairs if pair[0] != "X-Amz-Signature"]
    else:
        kind, _, rest = headers["authorization"].partition(" ")
        _must(kind == "AWS4-HMAC-SHA256", "the algorithm")
        named = dict(part.strip().split("=", 1) for part in rest.split(","))
        given, credential, signed = named["Signature"], named["Credential"], named["SignedHeaders"]
        stamp, session = headers["x-amz-date"], headers.get("x-amz-security-token", "")
        _must(not session or "x-amz-security-token" in signed, "the session token is not signed")
    key_id, day, region, service, last = credential.split("/")
    _must(key_id in state.keys and stamp.startswith(day) and (service, last) == ("sts", "aws4_request"), "Credential")
    secret, expected_session = state.keys[key_id]
    _must(session == expected_session, "the session token")
    encoded = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in pairs)
    lines = [method, parts.path or "/", "&".join(f"{name}={value}" for name, value in encoded)]
    lines += [f"{name}:{headers[name].strip()}" for name in signed.split(";")]
    lines += ["", signed, hashlib.sha256(body).hexdigest()]
    hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    derived = ("AWS4" + secret).encode()
    for step in (day, region, "sts", "aws4_request"):
        derived = hmac.digest(derived, step.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{day}/{region}/sts/aws4_request\n{hashed}"
    _must(hmac.digest(derived, text.encode(), "sha256").hex() == given, "the signature")


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise Wrong(what)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    clouds: Clouds

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class' name
        """Log nothing."""

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _serve(self, body: bytes) -> None:
        path = urlsplit(self.path).path
        service, answer = self._service(path)
        self.clouds.asked.append(service)
        if service in self.clouds.down:
            self._send(503, "busy")
            return
        try:
            self._send(200, answer(body))
        except (Wrong, KeyError, ValueError) as error:
            self.clouds.complaints.append(f"{service}: {error}")
            self._send(403, _refusal(service, str(error)))

    def _service(self, path: str) -> tuple[str, Any]:
        if path == "/github":
            return "github", self._github
        if path == "/v1/token":
            return "google-sts", self._google_sts
        if path.endswith(":generateAccessToken"):
            return "google-iam", self._google_iam
        if path.endswith("/oauth2/v2.0/token"):
            return "entra", self._entra
        if path.startswith("/api"):
            return "api", self._api
        return "aws", self._aws

    def _github(self, _body: bytes) -> object:
        query = parse_qs(urlsplit(self.path).query, strict_parsing=True)
        _must(self.command == "GET" and query["api-version"] == ["2.0"], "the request")
        _must(self.headers["Authorization"] == f"Bearer {GITHUB_TOKEN}", "the job's token")
        return {"value": id_token(query["audience"][0])}

    def _aws(self, body: bytes) -> object:
        form = dict(parse_qsl(body.decode() or urlsplit(self.path).query, strict_parsing=True))
        _must(form["Version"] == "2011-06-15" and form["RoleSessionName"] == "gitops-action", "the form")
        if form["Action"] == "AssumeRoleWithWebIdentity":
            _must(self.command == "POST" and audience_of(form["WebIdentityToken"]) == "sts.amazonaws.com", "audience")
            _must(form["RoleArn"] in (ROLE, OTHER_ROLE), "the role")
        else:
            _must(form["Action"] == "AssumeRole" and form["RoleArn"] == OTHER_ROLE, "the role")
            headers = {name.lower(): value for name, value in self.headers.items()}
            verify_signature(self.clouds, self.command, f"{self.clouds.url}{self.path}", headers, body)
        number = self.clouds.next()
        key, secret, session = f"ASIA{number:016}", f"secret+/key{number}", f"session/token+{number}=="
        self.clouds.keys[key] = (secret, session)
        return (
            f"<{form['Action']}Response xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><Credentials>"
            f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>"
            f"<SessionToken>{session}</SessionToken></Credentials></{form['Action']}Response>"
        )

    def _google_sts(self, body: bytes) -> object:
        asked = json.loads(body)
        audience = f"//iam.googleapis.com/{PROVIDER}"
        _must(audience_of(asked.pop("subjectToken")) in (f"https:{audience}", "my-audience"), "the subject's audience")
        _must(
            asked
            == {
                "audience": audience,
                "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
                "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
                "scope": "https://www.googleapis.com/auth/cloud-platform",
                "subjectTokenType": JWT,
            },
            "the exchange",
        )
        token = f"federated-{self.clouds.next()}"
        self.clouds.federated.add(token)
        return {"access_token": token, "expires_in": int(self.clouds.seconds), "token_type": "Bearer"}

    def _google_iam(self, body: bytes) -> object:
        _must(urlsplit(self.path).path == f"/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken", "the path")
        _must(self.headers["Authorization"].removeprefix("Bearer ") in self.clouds.federated, "the federated token")
        asked = json.loads(body)
        _must("https://www.googleapis.com/auth/cloud-platform" in asked["scope"], "the scope")
        _must(asked["lifetime"] == "3600s", "the lifetime")
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.clouds.seconds))
        return {"accessToken": self._issued("google"), "expireTime": ends}

    def _entra(self, body: bytes) -> object:
        _must(urlsplit(self.path).path == f"/{TENANT}/oauth2/v2.0/token", "the tenant")
        form = dict(parse_qsl(body.decode(), strict_parsing=True))
        _must(audience_of(form.pop("client_assertion")) == "api://AzureADTokenExchange", "the assertion's audience")
        _must(
            form
            == {
                "client_id": CLIENT,
                "scope": f"{AKS_SERVER}/.default",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "grant_type": "client_credentials",
            },
            "the form",
        )
        return {"access_token": self._issued("entra"), "expires_in": int(self.clouds.seconds), "token_type": "Bearer"}

    def _api(self, _body: bytes) -> object:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        _must(token in self.clouds.accepted, "the token")
        return {"kind": "APIVersions"}

    def _issued(self, cloud: str) -> str:
        token = self.clouds.issues or f"{cloud}-access-{self.clouds.next()}"
        self.clouds.accepted.add(token)
        return token

    def _send(self, status: int, answer: object) -> None:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        if status == 403 and urlsplit(self.path).path.startswith("/api"):
            status = 401
        self.send_response(status)
        self.send_header("Content-Type", "text/xml" if text.startswith("<") else "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


def _refusal(service: str, reason: str) -> object:
    match service:
        case "aws":
            return (
                "<ErrorResponse><Error><Code>AccessDenied</Code>"
                f"<Message>Not authorized: {reason}</Message></Error></ErrorResponse>"
            )
        case "entra":
            return {"error": "invalid_client", "error_description": f"AADSTS700213: {reason}"}
        case "google-iam":
            return {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": reason}}
        case "api":
            return {"kind": "Status", "status": "Failure", "code": 401, "reason": "Unauthorized"}
        case _:
            return {"error": "invalid_target", "error_description": reason}


def id_token(audience: str) -> str:
    """Return a token with an audience, as GitHub would sign one."""
    payload = json.dumps({"aud": audience, "sub": "repo:octo-org/shop:ref:refs/heads/main"}).encode()
    return f"eyJhbGciOiJSUzI1NiJ9.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.c2lnbmF0dXJl"


def audience_of(token: str) -> str:
    payload = token.split(".")[1]
    return cast("str", json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["aud"])
