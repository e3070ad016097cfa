"""What the cluster adapter makes of refusals, silence and broken answers."""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING, cast

import pytest
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.connection import Connection, Tls
from gitops_action.adapters.credentials import BearerToken
from gitops_action.adapters.http import Http
from gitops_action.adapters.unreachable import unreachable
from gitops_action.errors import ApiError, ClusterError, Conflict, Forbidden, Invalid, NotFound
from gitops_action.ports import ApiKind, Preconditions
from gitops_action.resource import Resource, ResourceKey
from tests.adapters.api_server_stub import Answer, StubServer, api_server, document, status

if TYPE_CHECKING:
    from collections.abc import Callable

    from urllib3.connection import HTTPConnection

    from tools.cluster import Cluster

CONFIG_MAP = ApiKind(group="", version="v1", kind="ConfigMap", plural="configmaps", namespaced=True)
TARGET = Resource({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"}})
LIVE = document(TARGET.object)
TOKEN = "a-token-that-nobody-may-see"


def client(
    server: StubServer | str, *, retry_seconds: float = 5.0, read_seconds: float = 5.0, **rest: object
) -> ApiServer:
    url = server if isinstance(server, str) else server.url
    connection = Connection(server=url, credentials=BearerToken(TOKEN), **rest)  # type: ignore[arg-type] # test settings
    return ApiServer(connection, http=Http(connection, retry_seconds=retry_seconds, read_seconds=read_seconds))


def certificate_error(words: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = words
    return error


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_forbidden_names_the_rule_that_permits_it() -> None:
    message = (
        'deployments.apps is forbidden: User "bot" cannot list resource "deployments" in API group "apps" in the '
        'namespace "shop"'
    )
    with api_server(status(403, "Forbidden", message)) as server, pytest.raises(Forbidden) as caught:
        client(server).list(CONFIG_MAP, namespace="shop")
    assert (caught.value.status, caught.value.reason, caught.value.summary) == (403, "Forbidden", message)
    assert caught.value.remedy == (
        "Add to a Role in namespace shop, bound to this user:\n"
        '- apiGroups: ["apps"]\n'
        '  resources: ["deployments"]\n'
        '  verbs: ["list"]'
    )


def test_forbidden_for_the_whole_cluster_asks_for_a_cluster_role() -> None:
    message = (
        'namespaces is forbidden: User "bot" cannot create resource "namespaces" in API group "" at the cluster scope'
    )
    with api_server(status(403, "Forbidden", message)) as server, pytest.raises(Forbidden) as caught:
        client(server).apply(CONFIG_MAP, TARGET)
    assert caught.value.remedy.startswith("Add to a ClusterRole, bound to this user:")
    assert 'verbs: ["create"]' in caught.value.remedy


def test_forbidden_paths_are_granted_by_non_resource_urls() -> None:
    message = 'forbidden: User "system:anonymous" cannot get path "/apis"'
    with api_server(status(403, "Forbidden", message)) as server, pytest.raises(Forbidden) as caught:
        client(server).catalog()
    assert 'nonResourceURLs: ["/apis"]' in caught.value.remedy


def test_a_quota_is_no_question_of_roles() -> None:
    message = 'configmaps "a" is forbidden: exceeded quota: small, requested: configmaps=1, used: configmaps=9'
    with api_server(status(403, "Forbidden", message)) as server, pytest.raises(Forbidden) as caught:
        client(server).apply(CONFIG_MAP, TARGET)
    assert caught.value.remedy == ""


def test_granting_more_than_one_has_is_explained() -> None:
    message = (
        'roles "x" is forbidden: user "bot" (groups=[]) is attempting to grant RBAC permissions not currently held'
    )
    with api_server(status(403, "Forbidden", message)) as server, pytest.raises(Forbidden) as caught:
        client(server).apply(CONFIG_MAP, TARGET)
    assert "`escalate`" in caught.value.remedy


def test_credentials_that_are_not_accepted_are_not_shown() -> None:
    with api_server(status(401, "Unauthorized", "Unauthorized")) as server, pytest.raises(Forbidden) as caught:
        client(server).list(CONFIG_MAP)
    assert caught.value.summary == f"the API server {server.url} does not accept the credentials"
    assert caught.value.status == 401
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "reason", "error"),
    [
        (400, "BadRequest", Invalid),
        (404, "NotFound", NotFound),
        (409, "Conflict", Conflict),
        (422, "Invalid", Invalid),
        (405, "MethodNotAllowed", ApiError),
        (500, "InternalError", ApiError),
    ],
)
def test_each_status_has_its_error_with_the_servers_words(code: int, reason: str, error: type[ApiError]) -> None:
    with api_server(status(code, reason, "the server's own words")) as server, pytest.raises(error) as caught:
        client(server).create(CONFIG_MAP, TARGET)
    assert type(caught.value) is error
    assert (caught.value.status, caught.value.reason) == (code, reason)
    assert caught.value.summary == "the server's own words"


def test_long_values_are_cut_out_of_a_message() -> None:
    value = "v1.LabelSelector{" + "x" * 600 + "}"
    message = f'Deployment.apps "web" is invalid: spec.selector: Invalid value: {value}: field is immutable'
    cause = {
        "reason": "FieldValueInvalid",
        "message": f"Invalid value: {value}: field is immutable",
        "field": "spec.selector",
    }
    with api_server(status(422, "Invalid", message, causes=[cause])) as server, pytest.raises(Invalid) as caught:
        client(server).apply(CONFIG_MAP, TARGET)
    assert caught.value.summary == (
        'Deployment.apps "web" is invalid: spec.selector: Invalid value: …: field is immutable'
    )
    assert caught.value.detail == message


def test_a_long_message_without_causes_is_cut() -> None:
    with api_server(status(422, "Invalid", "no " * 1000)) as server, pytest.raises(Invalid) as caught:
        client(server).apply(CONFIG_MAP, TARGET)
    assert len(caught.value.summary) == 401
    assert len(caught.value.detail) == 3000


def test_a_decoding_error_does_not_quote_a_secret() -> None:
    message = (
        'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 4, error found in #10 '
        'byte of ...|password":"hunter2"}|..., bigger context ...|{"password":"hunter2"}|...'
    )
    with api_server(status(400, "BadRequest", message)) as server, pytest.raises(Invalid) as caught:
        client(server).apply(CONFIG_MAP, TARGET)
    assert str(caught.value) == (
        'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 4'
    )


def test_what_is_no_api_server_is_said_to_be_none() -> None:
    page = Answer(status=502, body=b"<html>\n  <h1>Bad Gateway</h1></html>", headers={"Content-Type": "text/html"})
    with api_server(page) as server, pytest.raises(ApiError) as caught:
        client(server).list(CONFIG_MAP, namespace="shop")
    assert caught.value.summary == (f"{server.url} answered 502 Bad Gateway to GET /api/v1/namespaces/shop/configmaps")
    assert caught.value.detail == "<html> <h1>Bad Gateway</h1></html>"


def test_a_login_page_that_says_200_is_an_error() -> None:
    with api_server(Answer(body=b"<html>please log in</html>")) as server:
        for call in (lambda: client(server).list(CONFIG_MAP), client(server).catalog):
            with pytest.raises(ClusterError, match=r"not JSON|not Kubernetes' JSON"):
                call()


def test_json_that_is_no_object_is_an_error() -> None:
    with api_server(document([1])) as server:
        for call in (lambda: client(server).list(CONFIG_MAP), client(server).catalog):
            with pytest.raises(ClusterError):
                call()


def test_a_redirect_is_not_followed_so_that_the_token_goes_nowhere_else() -> None:
    with api_server() as other, api_server(Answer(status=302, headers={"Location": other.url})) as server:
        with pytest.raises(ApiError, match="answered 302"):
            client(server).list(CONFIG_MAP)
        assert other.asked == []


def test_not_found_without_a_status_is_not_taken_for_an_absent_object() -> None:
    with api_server(Answer(status=404, body=b"404 page not found")) as server, pytest.raises(NotFound):
        client(server).get(CONFIG_MAP, namespace="shop", name="a")


# --- patience ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [429, 503, 504])
def test_a_busy_server_is_asked_again(code: int) -> None:
    with api_server(status(code, "Busy", "later"), LIVE) as server:
        found = client(server)
        assert found.apply(CONFIG_MAP, TARGET).name == "a"
        assert found.requests == len(server.asked) == 2


def test_retry_after_is_waited_for() -> None:
    busy = Answer(status=429, headers={"Retry-After": "1"})
    with api_server(busy, LIVE) as server:
        start = time.monotonic()
        assert client(server).create(CONFIG_MAP, TARGET).name == "a"
        assert time.monotonic() - start >= 1


def test_retry_after_never_outlasts_the_budget() -> None:
    busy = Answer(status=429, headers={"Retry-After": "3600"})
    with api_server(busy) as server:
        start = time.monotonic()
        with pytest.raises(ApiError, match="answered 429"):
            client(server, retry_seconds=0.3).list(CONFIG_MAP)
        assert time.monotonic() - start < 2


def test_a_retry_after_that_is_no_time_is_ignored() -> None:
    with api_server(Answer(status=429, headers={"Retry-After": "soon"}), LIVE) as server:
        assert client(server).create(CONFIG_MAP, TARGET).name == "a"


@pytest.mark.parametrize("answer", [Answer(cut="before"), Answer(cut="within", body=b'{"kin')])
def test_a_broken_connection_is_tried_again_where_that_is_safe(answer: Answer) -> None:
    with api_server(answer, LIVE) as server:
        assert client(server).apply(CONFIG_MAP, TARGET).name == "a"
        assert len(server.asked) == 2


@pytest.mark.parametrize("answer", [Answer(cut="before"), Answer(status=503), Answer(status=504)])
def test_what_may_have_been_done_is_not_done_twice(answer: Answer) -> None:
    key = ResourceKey("", "ConfigMap", "shop", "a")
    versioned = TARGET.with_metadata(resourceVersion="7")
    with api_server(answer) as server:
        calls: tuple[Callable[[], object], ...] = (
            lambda: client(server).create(CONFIG_MAP, TARGET),
            lambda: client(server).replace(CONFIG_MAP, versioned),
            lambda: client(server).patch(CONFIG_MAP, key, [{"op": "add", "path": "/data", "value": {}}]),
            lambda: client(server).delete(CONFIG_MAP, key),
        )
        for count, call in enumerate(calls, start=1):
            with pytest.raises(ClusterError):
                call()
            assert len(server.asked) == count


def test_a_deletion_bound_to_a_uid_is_tried_again() -> None:
    key = ResourceKey("", "ConfigMap", "shop", "a")
    with api_server(Answer(cut="before"), Answer()) as server:
        client(server).delete(CONFIG_MAP, key, preconditions=Preconditions(uid="u"))
        assert [asked.method for asked in server.asked] == ["DELETE", "DELETE"]
        assert b'"preconditions":{"uid":"u"}' in server.asked[1].body


def test_a_connection_that_keeps_breaking_is_an_error_in_plain_words() -> None:
    with api_server(Answer(cut="before")) as server, pytest.raises(ClusterError) as caught:
        client(server).list(CONFIG_MAP)
    assert caught.value.summary == (
        f"the API server {server.url} cannot be reached: the connection broke before the answer was whole"
    )


def test_a_server_that_says_nothing_is_not_waited_for_without_end() -> None:
    with api_server(Answer(silent=True)) as server, pytest.raises(ClusterError) as caught:
        client(server, read_seconds=0.2, retry_seconds=0.3).list(CONFIG_MAP)
    assert "did not answer in time" in caught.value.summary


# --- what passes by itself --------------------------------------------------------------------------------------------


WEBHOOK = (
    'Internal error occurred: failed calling webhook "check.example.com": failed to call webhook: Post '
    '"https://check.default.svc:443/": context deadline exceeded'
)
MEANWHILE = (
    'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the '
    "latest version and try again"
)
LATE = status(500, "InternalError", WEBHOOK)


@pytest.mark.parametrize(
    "late",
    [
        LATE,
        status(500, "InternalError", "etcdserver: leader changed"),
        status(409, "Conflict", MEANWHILE),
    ],
)
def test_a_late_webhook_or_store_and_a_write_at_the_same_moment_are_asked_again(late: Answer) -> None:
    with api_server(late, late, LIVE) as server:
        found = client(server)
        assert found.apply(CONFIG_MAP, TARGET).name == "a"
        assert found.requests == len(server.asked) == 3


def test_a_webhook_that_stays_late_is_told_after_three_repetitions() -> None:
    with api_server(LATE) as server:
        with pytest.raises(ApiError, match="context deadline exceeded"):
            client(server).apply(CONFIG_MAP, TARGET, dry_run=True)
        assert len(server.asked) == 4


def test_a_webhook_that_stays_late_does_not_hold_up_each_object_of_a_run() -> None:
    with api_server(LATE) as server:
        found = client(server)
        for _ in range(12):
            with pytest.raises(ApiError):
                found.apply(CONFIG_MAP, TARGET, dry_run=True)
        assert len(server.asked) == 12 + 24


def test_what_does_not_pass_or_may_have_been_done_is_told_at_once() -> None:
    versioned = TARGET.with_metadata(resourceVersion="7")
    refused = status(500, "InternalError", 'admission webhook "check.example.com" denied the request')
    with api_server(refused) as server:
        with pytest.raises(ApiError):
            client(server).apply(CONFIG_MAP, TARGET)
        assert len(server.asked) == 1
    for answer in (LATE, status(409, "Conflict", MEANWHILE)):
        with api_server(answer) as server:
            with pytest.raises(ApiError):
                client(server).replace(CONFIG_MAP, versioned)
            assert len(server.asked) == 1


def test_an_apply_of_what_is_new_does_not_insist_where_somebody_was_faster() -> None:
    with api_server(status(409, "Conflict", MEANWHILE)) as server:
        with pytest.raises(Conflict):
            client(server).apply(CONFIG_MAP, TARGET, is_new=True)
        assert len(server.asked) == 1
    with api_server(LATE, LIVE) as server:
        client(server).apply(CONFIG_MAP, TARGET, is_new=True)
        assert len(server.asked) == 2


# --- no answer at all -------------------------------------------------------------------------------------------------


def test_a_refused_connection_asks_whether_the_cluster_runs() -> None:
    port = unused_port()
    with pytest.raises(ClusterError) as caught:
        client(f"http://127.0.0.1:{port}").list(CONFIG_MAP)
    assert caught.value.summary == (
        f"the API server http://127.0.0.1:{port} cannot be reached: 127.0.0.1:{port}: connection refused"
    )
    assert caught.value.remedy == "Is the cluster running, and is this still its port?"
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_refused_loopback_in_a_container_says_that_it_is_not_the_runners(host: str) -> None:
    with pytest.raises(ClusterError) as caught:
        client(f"http://{host}:{unused_port()}", in_container=True).list(CONFIG_MAP)
    assert "loopback is the container itself" in caught.value.remedy
    assert "`kind get kubeconfig --internal`" in caught.value.remedy
    assert "--network host" in caught.value.remedy


def test_loopback_in_a_container_works_where_something_answers() -> None:
    with api_server(LIVE) as server:
        assert client(server, in_container=True).get(CONFIG_MAP, namespace="shop", name="a") is not None


def test_a_name_that_cannot_be_resolved_is_said_to_be_one() -> None:
    with pytest.raises(ClusterError) as caught:
        client("https://cluster.invalid:6443").list(CONFIG_MAP)
    assert "the name of cluster.invalid:6443 cannot be resolved" in caught.value.summary
    assert "self-hosted runner" in caught.value.remedy


def test_plain_http_where_https_is_meant_is_a_failed_handshake() -> None:
    with api_server() as server, pytest.raises(ClusterError) as caught:
        client(server.url.replace("http:", "https:")).list(CONFIG_MAP)
    assert "the TLS handshake with 127.0.0.1" in caught.value.summary


def test_a_proxy_that_cannot_be_reached_is_named_as_the_cause() -> None:
    with pytest.raises(ClusterError) as caught:
        client("https://cluster.invalid:6443", proxy=f"http://127.0.0.1:{unused_port()}").list(CONFIG_MAP)
    assert "the proxy in between" in caught.value.summary


def test_a_certificate_of_another_authority_is_not_trusted(cluster: Cluster) -> None:
    with pytest.raises(ClusterError) as caught:
        client(cluster.server).list(CONFIG_MAP)
    assert "its certificate is not trusted by this machine's authorities" in caught.value.summary


def test_a_certificate_for_another_name_is_explained(cluster: Cluster) -> None:
    tls = Tls(ca=cluster.ca_file.read_text(), server_name="other.example.com")
    with pytest.raises(ClusterError) as caught:
        client(cluster.server, tls=tls).list(CONFIG_MAP)
    assert "its certificate is for another name" in caught.value.summary
    assert "tls-server-name" in caught.value.remedy


def test_wrong_credentials_of_a_real_server_are_forbidden(cluster: Cluster) -> None:
    tls = Tls(ca=cluster.ca_file.read_text())
    with pytest.raises(Forbidden, match="does not accept the credentials"):
        client(cluster.server, tls=tls).list(CONFIG_MAP)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ConnectTimeoutError(), "x.example.com does not answer to a connection"),
        (certificate_error("certificate has expired"), "its certificate has expired"),
        (certificate_error("IP address mismatch, certificate is not valid for '10.0.0.1'."), "for another name"),
        (certificate_error("self-signed certificate"), "not trusted by this machine's authorities"),
    ],
)
def test_what_a_test_cannot_provoke_is_told_apart_by_the_librarys_error(cause: Exception, words: str) -> None:
    told = cause if isinstance(cause, HTTPError) else SSLError(cause)
    error = unreachable(Connection(server="https://x.example.com"), told)
    assert words in error.summary
    assert error.remedy


def test_an_authority_that_was_given_is_named_as_the_one_that_does_not_fit() -> None:
    connection = Connection(server="https://x.example.com", tls=Tls(ca="CA"))
    error = unreachable(connection, SSLError(certificate_error("unable to get local issuer certificate")))
    assert "not trusted by the kubeconfig's certificate-authority-data or input ca" in error.summary


def test_a_refused_connection_to_another_machine_speaks_of_the_network() -> None:
    refused = NewConnectionError(cast("HTTPConnection", None), "Failed: [Errno 111] Connection refused")
    error = unreachable(Connection(server="https://x.example.com"), refused)
    assert "x.example.com: connection refused" in error.summary
    assert "private cluster" in error.remedy


# --- lists ------------------------------------------------------------------------------------------------------------


def page(*names: str, token: str = "", version: str = "9") -> Answer:
    items = [{"metadata": {"name": name}} for name in names]
    return document({"metadata": {"resourceVersion": version, "continue": token}, "items": items})


def test_all_pages_of_a_list_are_read_and_none_from_a_cache_w15() -> None:
    with api_server(page("a", "b", token="next"), page("c")) as server:
        listing = client(server).list(CONFIG_MAP, namespace="shop", selector="app=web")
        assert [item.name for item in listing.items] == ["a", "b", "c"]
        assert {(item.api_version, item.kind) for item in listing.items} == {("v1", "ConfigMap")}
        assert listing.resource_version == "9"
        assert [asked.path for asked in server.asked] == [
            "/api/v1/namespaces/shop/configmaps?limit=5000&labelSelector=app%3Dweb",
            "/api/v1/namespaces/shop/configmaps?limit=5000&labelSelector=app%3Dweb&continue=next",
        ]


def test_pages_that_expire_are_read_again_at_once() -> None:
    expired = status(410, "Expired", "the provided continue parameter is too old")
    with api_server(page("a", token="next"), expired, page("a", "b", version="12")) as server:
        listing = client(server).list(CONFIG_MAP)
        assert ([item.name for item in listing.items], listing.resource_version) == (["a", "b"], "12")
        assert server.asked[2].path == "/api/v1/configmaps"


def test_an_expiry_that_is_not_of_a_page_is_an_error() -> None:
    with api_server(status(410, "Expired", "gone")) as server, pytest.raises(ApiError, match="gone"):
        client(server).list(CONFIG_MAP)


# --- watches ----------------------------------------------------------------------------------------------------------


def event(kind: str, name: str, version: str) -> bytes:
    found = f'{{"kind":"ConfigMap","metadata":{{"name":"{name}","resourceVersion":"{version}"}}}}'
    return f'{{"type":"{kind}","object":{found}}}\n'.encode()


def test_events_are_read_across_chunks_and_bookmarks_only_move_the_version() -> None:
    whole = event("ADDED", "a", "2")
    first = Answer(chunks=(whole[:20], whole[20:], event("BOOKMARK", "", "7")))
    with api_server(first, Answer(chunks=(event("MODIFIED", "a", "8"),)), Answer(silent=True)) as server:
        events = client(server).watch(CONFIG_MAP, resource_version="1", timeout=20)
        assert [(next(events).type, next(events).type)] == [("ADDED", "MODIFIED")]
        assert "resourceVersion=1&" in server.asked[0].path
        assert "resourceVersion=7&" in server.asked[1].path
        events.close()  # type: ignore[attr-defined] # a generator, though the port says less


def test_an_event_that_was_cut_in_two_comes_again_after_reconnecting() -> None:
    cut = Answer(chunks=(event("ADDED", "a", "2"), event("MODIFIED", "a", "3")[:30]), cut="between")
    with api_server(cut, Answer(chunks=(event("MODIFIED", "a", "3"),))) as server:
        events = client(server).watch(CONFIG_MAP, resource_version="1", timeout=20)
        found = [next(events), next(events)]
        assert [item.object.resource_version for item in found] == ["2", "3"]
        assert "resourceVersion=2&" in server.asked[1].path


@pytest.mark.parametrize(
    "answer",
    [
        status(410, "Expired", "too old resource version: 1 (9)"),
        Answer(
            chunks=(
                b'{"type":"ERROR","object":{"code":410,"reason":"Expired","message":"too old resource version: 1"}}\n',
            )
        ),
    ],
)
def test_a_version_that_is_too_old_says_410(answer: Answer) -> None:
    with api_server(answer) as server, pytest.raises(ApiError, match="too old resource version") as caught:
        list(client(server).watch(CONFIG_MAP, resource_version="1", timeout=5))
    assert (caught.value.status, caught.value.reason) == (410, "Expired")


def test_a_watch_without_the_right_to_it_is_forbidden() -> None:
    message = (
        'configmaps is forbidden: User "bot" cannot watch resource "configmaps" in API group "" at the cluster scope'
    )
    with api_server(status(403, "Forbidden", message)) as server, pytest.raises(Forbidden) as caught:
        list(client(server).watch(CONFIG_MAP, resource_version="1", timeout=5))
    assert 'verbs: ["watch"]' in caught.value.remedy


def test_a_watch_that_falls_silent_is_taken_up_again_from_the_last_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gitops_action.adapters.watch._SILENCE", 0.2)
    hangs = Answer(chunks=(event("ADDED", "a", "2"),), silent_after=True)
    with api_server(hangs, Answer(chunks=(event("MODIFIED", "a", "3"),)), Answer(silent=True)) as server:
        events = client(server).watch(CONFIG_MAP, resource_version="1", timeout=20)
        assert [next(events).type, next(events).type] == ["ADDED", "MODIFIED"]
        assert "resourceVersion=2&" in server.asked[1].path


def test_a_server_that_never_answers_a_watch_does_not_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gitops_action.adapters.watch._GRACE", 0.1)
    start = time.monotonic()
    with api_server(Answer(silent=True)) as server, pytest.raises(ClusterError, match="did not answer in time"):
        list(client(server).watch(CONFIG_MAP, resource_version="1", timeout=0.3))
    assert time.monotonic() - start < 5


def test_a_refusal_of_a_watch_that_is_cut_is_silence() -> None:
    cut = Answer(status=403, body=b"{", cut="within")
    with api_server(cut) as server, pytest.raises(ClusterError, match="connection broke"):
        list(client(server, retry_seconds=0).watch(CONFIG_MAP, resource_version="1", timeout=1))


def test_a_status_that_nobody_knows_is_shown_as_it_is() -> None:
    with api_server(Answer(status=499)) as server, pytest.raises(ApiError, match="answered 499 to GET"):
        client(server).list(CONFIG_MAP)


def test_a_watch_that_breaks_again_and_again_is_an_error() -> None:
    with api_server(Answer(cut="before")) as server, pytest.raises(ClusterError, match="connection broke"):
        list(client(server, retry_seconds=0).watch(CONFIG_MAP, resource_version="1", timeout=20))


def test_what_is_not_an_event_is_an_error() -> None:
    with api_server(Answer(chunks=(b"<html>\n",))) as server, pytest.raises(ClusterError, match="not an event"):
        list(client(server, retry_seconds=0).watch(CONFIG_MAP, resource_version="1", timeout=20))


# --- logs and headers -------------------------------------------------------------------------------------------------


def test_the_last_lines_of_a_log_are_asked_for() -> None:
    with api_server(Answer(body=b"one\ntwo\xff\n")) as server:
        assert (
            client(server).logs(namespace="shop", pod="web-1", container="web", lines=2, previous=True)
            == "one\ntwo\ufffd\n"
        )
        assert server.asked[0].path == (
            "/api/v1/namespaces/shop/pods/web-1/log?container=web&tailLines=2&limitBytes=1048576&previous=true"
        )


def test_each_request_says_who_asks_and_for_whom() -> None:
    headers = (("Impersonate-User", "jane"), ("Impersonate-Group", "dev"))
    with api_server(LIVE) as server:
        client(server, impersonation=headers).get(CONFIG_MAP, namespace="shop", name="a")
        asked = server.asked[0].headers
        assert asked["Authorization"] == f"Bearer {TOKEN}"
        assert (asked["Impersonate-User"], asked["Impersonate-Group"]) == ("jane", "dev")


def test_answers_come_packed_from_everywhere_but_loopback() -> None:
    assert Http(Connection(server="https://x.example.com"))._encoding == "gzip"
    with api_server(LIVE) as server:
        client(server).get(CONFIG_MAP, namespace="shop", name="a")
        assert server.asked[0].headers["Accept-Encoding"] == "identity"


def test_apply_sends_what_server_side_apply_needs() -> None:
    with api_server(LIVE) as server:
        client(server).apply(CONFIG_MAP, TARGET, dry_run=True)
        client(server).apply(CONFIG_MAP, TARGET, validate=False)
        dry, wet = server.asked
    assert (dry.method, dry.headers["Content-Type"]) == ("PATCH", "application/apply-patch+yaml")
    assert dry.path == (
        "/api/v1/namespaces/shop/configmaps/a?fieldManager=gitops-action&fieldValidation=Strict&dryRun=All&force=true"
    )
    assert (
        wet.path == "/api/v1/namespaces/shop/configmaps/a?fieldManager=gitops-action&fieldValidation=Ignore&force=true"
    )


def test_a_path_in_the_servers_url_is_kept() -> None:
    with api_server(LIVE) as server:
        client(f"{server.url}/k8s/clusters/c-1").get(CONFIG_MAP, namespace="shop", name="a:b c")
        assert server.asked[0].path == "/k8s/clusters/c-1/api/v1/namespaces/shop/configmaps/a:b%20c"


def test_no_representation_shows_a_credential() -> None:
    connection = Connection(
        server="https://x",
        credentials=BearerToken(TOKEN),
        tls=Tls(certificate="CERT", key="KEY-MATERIAL"),
        proxy="http://u:PASS@p",
    )
    assert connection.secrets() == (TOKEN, "KEY-MATERIAL")
    for secret in (TOKEN, "KEY-MATERIAL", "PASS"):
        assert secret not in repr(connection)
