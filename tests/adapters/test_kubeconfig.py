"""Which cluster the inputs and kubectl's rules mean, and what is refused."""

from __future__ import annotations

import base64
import json
import stat
import tempfile
import textwrap
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters import exec_credentials
from gitops_action.adapters import kubeconfig as module
from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.credentials import TokenFile
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.adapters.tls import ssl_context
from gitops_action.errors import ClusterError, GitOpsError, UsageError
from tests.adapters.certificates import client_certificate

if TYPE_CHECKING:
    from pathlib import Path

    from gitops_action.adapters.connection import Connection
    from tools.cluster import Cluster

CONTENT = textwrap.dedent(
    """\
    apiVersion: v1
    kind: Config
    current-context: staging
    clusters:
    - name: one
      cluster: {server: "https://one.example.com:6443/"}
    - name: two
      cluster: {server: "https://TWO.example.com", tls-server-name: kubernetes, insecure-skip-tls-verify: true}
    contexts:
    - name: staging
      context: {cluster: one, user: bot, namespace: shop}
    - name: production
      context: {cluster: two, user: digits}
    - name: by-password
      context: {cluster: one, user: old}
    - name: nobody
      context: {cluster: one}
    - name: torn
      context: {cluster: three, user: bot}
    - name: userless
      context: {cluster: one, user: gone}
    - name: cloud
      context: {cluster: one, user: exec}
    - name: ancient
      context: {cluster: one, user: provider}
    - name: as-jane
      context: {cluster: one, user: acting}
    users:
    - name: bot
      user: {token: s3cr3t-token}
    - name: digits
      user: {token: 0123456789}
    - name: old
      user: {username: admin, password: pässword}
    - name: exec
      user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks, get-token]}}
    - name: provider
      user: {auth-provider: {name: gcp}}
    - name: acting
      user:
        token: s3cr3t-token
        as: jane
        as-uid: "7"
        as-groups: [dev, ops]
        as-user-extra: {Example.com/Team: [shop, pay]}
    """
)


def connect(context: str | None = None, content: str = CONTENT, **rest: object) -> Connection:
    return load(ClusterInputs(kubeconfig=content, context=context, **rest), {}).connect()  # type: ignore[arg-type] # by name


def refusal(inputs: ClusterInputs, environ: dict[str, str] | None = None) -> GitOpsError:
    with pytest.raises(GitOpsError) as caught:
        load(inputs, environ or {}).connect()
    assert caught.value.remedy
    assert "s3cr3t" not in str(caught.value)
    return caught.value


# --- what a context says ----------------------------------------------------------------------------------------------


def test_the_current_context_is_used() -> None:
    found = connect()
    assert (found.server, found.context, found.namespace) == ("https://one.example.com:6443", "staging", "shop")
    assert found.credentials.authorization() == "Bearer s3cr3t-token"
    assert found.secrets() == ("s3cr3t-token",)


def test_input_context_wins_and_a_token_of_digits_stays_as_it_was_written() -> None:
    found = connect("production")
    assert found.server == "https://two.example.com"
    assert found.credentials.authorization() == "Bearer 0123456789"
    assert (found.tls.server_name, found.tls.insecure) == ("kubernetes", True)


def test_a_password_is_sent_as_basic_auth() -> None:
    expected = base64.b64encode("admin:pässword".encode()).decode()
    assert connect("by-password").credentials.authorization() == f"Basic {expected}"
    assert connect("by-password").secrets() == ("pässword", expected)


def test_a_context_without_user_sends_nothing() -> None:
    assert connect("nobody").credentials.authorization() == ""
    assert connect("nobody").secrets() == ()


def test_another_users_rights_are_asked_for_as_the_kubeconfig_says() -> None:
    assert connect("as-jane").impersonation == (
        ("Impersonate-User", "jane"),
        ("Impersonate-Uid", "7"),
        ("Impersonate-Group", "dev"),
        ("Impersonate-Group", "ops"),
        ("Impersonate-Extra-example.com%2Fteam", "shop"),
        ("Impersonate-Extra-example.com%2Fteam", "pay"),
    )


def test_a_token_file_is_read_relative_to_the_kubeconfig_and_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("first\n")
    (tmp_path / "config").write_text(CONTENT.replace("token: s3cr3t-token}", "tokenFile: token}"))
    found = connect(content=str(tmp_path / "config"))
    assert found.credentials.authorization() == "Bearer first"
    (tmp_path / "token").write_text("second")
    assert found.credentials.authorization() == "Bearer first"
    monkeypatch.setattr("gitops_action.adapters.credentials._TOKEN_FILE_SECONDS", -1.0)
    assert found.credentials.authorization() == "Bearer second"
    assert found.secrets() == ("second",)
    assert "second" not in repr(found)
    (tmp_path / "token").unlink()
    with pytest.raises(ClusterError, match="No such file"):
        found.credentials.authorization()


def test_a_real_cluster_answers_to_a_kubeconfig_file_and_to_server_ca_and_token(cluster: Cluster) -> None:
    by_file = ApiServer(load(ClusterInputs(), {"KUBECONFIG": str(cluster.kubeconfig())}).connect())
    ca = cluster.ca_file.read_text()
    for given in (ca, base64.encodebytes(ca.encode()).decode()):
        inputs = ClusterInputs(server=cluster.server, ca=given, token=f"{cluster.token()}\n")
        assert ApiServer(load(inputs, {}).connect()).cluster_uid() == by_file.cluster_uid()
    assert by_file.context == "test"


def test_a_kubeconfig_that_skips_verification_connects(cluster: Cluster) -> None:
    document = json.loads(cluster.kubeconfig().read_text())
    document["clusters"][0]["cluster"] = {"server": cluster.server, "insecure-skip-tls-verify": True}
    found = ApiServer(connect(content=json.dumps(document)))
    with pytest.warns(match="Unverified HTTPS request"):
        assert found.cluster_uid()


# --- where it comes from ----------------------------------------------------------------------------------------------


def test_of_several_files_the_first_that_names_a_thing_wins(tmp_path: Path) -> None:
    first = CONTENT.replace("current-context: staging\n", "").replace("one.example.com", "first.example.com")
    (tmp_path / "first").write_text(first)
    (tmp_path / "second").write_text(CONTENT.replace("current-context: staging", "current-context: nobody"))
    merged = load(ClusterInputs(), {"KUBECONFIG": f"{tmp_path}/none:{tmp_path}/first::{tmp_path}/second"})
    assert merged.current == "nobody"
    assert merged.connect().server == "https://first.example.com:6443"


def test_without_inputs_the_home_directory_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text(CONTENT)
    assert load(ClusterInputs(), {"HOME": str(tmp_path)}).connect().context == "staging"


def test_the_pods_own_cluster_is_used_only_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("pod-token")
    (tmp_path / "ca.crt").write_text("CA")
    monkeypatch.setattr(module, "_SERVICE_ACCOUNT", tmp_path)
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443", "HOME": str(tmp_path)}
    found = load(ClusterInputs(in_cluster=True), environ).connect()
    assert (found.server, found.context, found.tls.ca) == ("https://[fd00::1]:443", "in-cluster", "CA")
    assert found.credentials.authorization() == "Bearer pod-token"
    assert "neither input kubeconfig nor KUBECONFIG" in refusal(ClusterInputs(), environ).summary
    assert "not a pod" in refusal(ClusterInputs(in_cluster=True), {}).summary


def test_every_context_with_its_server_can_be_listed() -> None:
    servers = load(ClusterInputs(kubeconfig=CONTENT), {}).servers()
    assert servers["staging"] == "https://one.example.com:6443/"
    assert "torn" not in servers
    assert load(ClusterInputs(server="https://x.example.com", token="t"), {}).servers() == {"": "https://x.example.com"}


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ({"https_proxy": "http://proxy:3128", "NO_PROXY": "other.example.com"}, "http://proxy:3128"),
        ({"https_proxy": "http://proxy:3128", "no_proxy": ".example.com"}, ""),
        ({"HTTP_PROXY": "http://proxy:3128"}, ""),
        ({}, ""),
    ],
)
def test_the_proxy_of_the_environment_is_used_where_it_is_meant(environ: dict[str, str], proxy: str) -> None:
    assert load(ClusterInputs(kubeconfig=CONTENT), environ).connect().proxy == proxy


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["kubeconfig", "context", "server", "ca", "token"])
def test_an_input_that_is_set_but_empty_never_means_another_cluster(name: str) -> None:
    error = refusal(ClusterInputs(**{name: " \n"}), {"KUBECONFIG": "/there/is/one"})  # type: ignore[arg-type] # by name
    assert isinstance(error, UsageError)
    assert error.summary == f"input {name} is set but empty"


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (ClusterInputs(kubeconfig=CONTENT, server="https://x", token="t"), "kubeconfig and server exclude each other"),
        (ClusterInputs(kubeconfig=CONTENT, in_cluster=True), "kubeconfig and in-cluster exclude each other"),
        (ClusterInputs(token="t"), "need input server"),
        (ClusterInputs(ca="t"), "need input server"),
        (ClusterInputs(server="https://x.example.com"), "needs input token"),
        (ClusterInputs(server="x.example.com:6443", token="t"), "not a URL"),
        (ClusterInputs(server="https://x:port", token="t"), "not a URL"),
        (ClusterInputs(server="http://x.example.com", token="t"), "is not https"),
        (ClusterInputs(server="https://u:s3cr3t@x.example.com", token="t"), "holds a user name"),
        (ClusterInputs(server="https://x.example.com", token="s3cr3t with spaces"), "spaces, line breaks"),
        (ClusterInputs(kubeconfig=CONTENT.replace("token: s3cr3t-token", 'token: " "')), "the token is empty"),
        (ClusterInputs(server="https://x.example.com", token="t", context="c"), "context needs a kubeconfig"),
        (ClusterInputs(kubeconfig="/no/such/file"), "the kubeconfig /no/such/file cannot be found"),
        (ClusterInputs(kubeconfig="a: [\nb: s3cr3t"), "input kubeconfig is not YAML (line 3)"),
        (ClusterInputs(kubeconfig="- s3cr3t\n- b"), "holds no mapping"),
        (ClusterInputs(kubeconfig="a: s3cr3t\nb: c"), "neither clusters nor contexts"),
        (ClusterInputs(kubeconfig="clusters: s3cr3t\ncontexts: []"), "clusters is not a list"),
        (ClusterInputs(kubeconfig="clusters: []\ncontexts: [{}]"), "an entry of contexts has no name"),
        (ClusterInputs(kubeconfig="clusters: []\ncontexts: null"), "no current context"),
        (ClusterInputs(kubeconfig=CONTENT, context="torn"), "names cluster 'three', which is not there"),
        (ClusterInputs(kubeconfig=CONTENT, context="userless"), "names user 'gone', which is not there"),
        (ClusterInputs(kubeconfig=CONTENT.replace("{token: s3", '{token: "s3 '), context="staging"), "not YAML"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(inputs: ClusterInputs, words: str) -> None:
    error = refusal(inputs)
    assert isinstance(error, UsageError)
    assert words in error.summary


def test_a_context_that_is_not_there_lists_those_that_are() -> None:
    error = refusal(ClusterInputs(kubeconfig=CONTENT, context="prod"))
    assert isinstance(error, UsageError)
    assert error.summary == "the kubeconfig has no context 'prod'"
    assert error.remedy == (
        "Contexts there are: ancient, as-jane, by-password, cloud, nobody, production, staging, torn, userless."
    )


def test_a_kubeconfig_of_the_environment_that_is_gone_is_named() -> None:
    error = refusal(ClusterInputs(), {"KUBECONFIG": "/no/such/file"})
    assert isinstance(error, ClusterError)
    assert "/no/such/file" in error.summary


@pytest.mark.parametrize("given", [base64.b64encode(b"s3cr3t-" * 400).decode(), "s3cr3t.token", "s3cr3t"])
def test_content_on_one_line_that_is_no_path_is_not_repeated(given: str) -> None:
    error = refusal(ClusterInputs(kubeconfig=given))
    assert error.summary.startswith("input kubeconfig is no YAML text and, as a path, cannot be")
    assert given not in str(error)


def test_files_that_the_kubeconfig_names_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        CONTENT.replace('server: "https://one', 'certificate-authority: ca.crt, server: "https://one')
    )
    error = refusal(ClusterInputs(kubeconfig=str(tmp_path / "config")))
    assert "ca.crt, which the kubeconfig names as certificate-authority, cannot be read" in error.summary


# --- plug-ins ---------------------------------------------------------------------------------------------------------


def test_an_exec_plugin_is_not_run_unless_that_is_allowed() -> None:
    error = refusal(ClusterInputs(kubeconfig=CONTENT, context="cloud"))
    assert isinstance(error, ClusterError)
    assert error.summary == "the cluster's credentials come from the program `aws`, which is not run here"
    assert error.detail == "Its token can be made without it, but the cluster's name is missing in its arguments."
    assert "id-token: write" in error.remedy


def test_an_auth_provider_is_refused_with_the_cure() -> None:
    error = refusal(ClusterInputs(kubeconfig=CONTENT, context="ancient", allow_exec=True))
    assert "auth-provider 'gcp', which Kubernetes has removed" in error.summary


def plugin(tmp_path: Path, script: str) -> str:
    program = tmp_path / "plugin"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(stat.S_IRWXU)
    return CONTENT.replace("command: aws", f"command: {program}")


def answer(**fields: str) -> str:
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": fields}
    return f"echo '{json.dumps(credential)}'"


def test_an_allowed_plugin_gives_a_token_until_it_expires(tmp_path: Path) -> None:
    script = f"echo run >> {tmp_path}/runs; {answer(token='from-plugin', expirationTimestamp='2020-01-01T00:00:00Z')}"
    found = connect("cloud", plugin(tmp_path, script), allow_exec=True)
    before = (tmp_path / "runs").read_text().count("run")
    assert found.credentials.authorization() == "Bearer from-plugin"
    assert (tmp_path / "runs").read_text().count("run") == before + 1
    assert found.secrets() == ("from-plugin",)
    assert "from-plugin" not in repr(found)


def test_a_plugins_token_without_expiry_is_kept(tmp_path: Path) -> None:
    script = f"echo run >> {tmp_path}/runs; {answer(token='from-plugin')}"
    found = connect("cloud", plugin(tmp_path, script), allow_exec=True)
    assert [found.credentials.authorization() for _ in range(3)] == ["Bearer from-plugin"] * 3
    assert (tmp_path / "runs").read_text() == "run\n"


def test_every_token_that_a_plugin_gives_later_is_masked_before_it_is_used(tmp_path: Path) -> None:
    count = f"echo run >> {tmp_path}/runs; n=$(wc -l < {tmp_path}/runs)"
    template = answer(token="PLANTED-NUMBER", expirationTimestamp="2020-01-01T00:00:00Z").replace("NUMBER", "'$n'")
    masked: list[str] = []
    inputs = ClusterInputs(kubeconfig=plugin(tmp_path, f"{count}; {template}"), context="cloud", allow_exec=True)
    found = load(inputs, {}, masked.append).connect()
    used = [found.credentials.authorization().removeprefix("Bearer ") for _ in range(2)]
    assert used == masked[-2:]
    assert len(set(masked)) == len(masked) > 2


def test_a_token_that_a_plugin_gave_long_ago_and_the_server_refuses_is_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = f"echo run >> {tmp_path}/runs; {answer(token='from-plugin')}"
    found = connect("cloud", plugin(tmp_path, script), allow_exec=True).credentials
    assert not found.renewed("Bearer from-plugin")
    monkeypatch.setattr(exec_credentials, "_FRESH", 0.0)
    assert found.renewed("Bearer from-plugin")
    assert found.renewed("Bearer of-another-thread")
    found.authorization()
    assert (tmp_path / "runs").read_text() == "run\nrun\n"


def test_a_token_file_is_read_again_where_the_server_refuses_and_what_is_new_is_masked(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first\n")
    masked: list[str] = []
    credentials = TokenFile(path, masked.append)
    assert credentials.authorization() == "Bearer first"
    assert not credentials.renewed("Bearer first")
    path.write_text("second\n")
    assert credentials.renewed("Bearer first")
    assert credentials.authorization() == "Bearer second"
    assert masked == ["first", "first", "second"]


def test_a_plugin_may_give_a_certificate(tmp_path: Path) -> None:
    script = answer(clientCertificateData="CERT", clientKeyData="KEY")
    found = connect("cloud", plugin(tmp_path, script), allow_exec=True)
    assert (found.tls.certificate, found.tls.key) == ("CERT", "KEY")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo expired session >&2; exit 1", "gave no credentials"),
        ("echo no json", "gave no credentials"),
        (answer(), "neither token nor certificate"),
        (answer(token="t", expirationTimestamp="soon"), "expirationTimestamp that is no time"),
        (answer(token=" "), "spaces, line breaks"),
    ],
)
def test_a_plugin_that_fails_is_explained(tmp_path: Path, script: str, words: str) -> None:
    error = refusal(ClusterInputs(kubeconfig=plugin(tmp_path, script), context="cloud", allow_exec=True))
    assert words in error.summary


def test_a_plugin_that_is_not_installed_is_said_to_be_missing() -> None:
    content = CONTENT.replace("command: aws", "command: no-such-plugin")
    error = refusal(ClusterInputs(kubeconfig=content, context="cloud", allow_exec=True))
    assert error.summary == "the kubeconfig's plug-in `no-such-plugin` is not installed here"


# --- certificates -----------------------------------------------------------------------------------------------------


def test_a_client_certificate_is_used_and_its_key_does_not_stay_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    certificate, key = client_certificate()
    encoded = {
        name: base64.b64encode(text.encode()).decode()
        for name, text in (("client-certificate-data", certificate), ("client-key-data", key))
    }
    found = connect(content=CONTENT.replace("{token: s3cr3t-token}", json.dumps(encoded)))
    assert (found.tls.certificate, found.tls.key) == (certificate, key)
    ssl_context(found.tls)
    assert list(tmp_path.iterdir()) == []
    assert found.secrets() == (key,)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("certificate-authority-data", "no PEM", "certificate authority is not a PEM certificate"),
        ("certificate-authority-data", "\ufeff", "not base64 of a PEM text"),
    ],
)
def test_an_authority_that_is_none_is_said_to_be_none(field: str, text: str, words: str) -> None:
    encoded = base64.b64encode(text.encode()).decode()
    content = CONTENT.replace('server: "https://one', f'{field}: {encoded}, server: "https://one')
    with pytest.raises(UsageError, match=words):
        ApiServer(connect(content=content))


def test_a_certificate_without_its_key_is_said_to_be_unusable() -> None:
    certificate, _ = client_certificate()
    encoded = base64.b64encode(certificate.encode()).decode()
    content = CONTENT.replace("{token: s3cr3t-token}", f"{{client-certificate-data: {encoded}}}")
    with pytest.raises(UsageError, match="client certificate and key"):
        ApiServer(connect(content=content))


def test_a_key_with_a_password_is_refused_and_asks_nobody() -> None:
    certificate, key = client_certificate(password=b"x")
    encoded = {
        name: base64.b64encode(text.encode()).decode()
        for name, text in (("client-certificate-data", certificate), ("client-key-data", key))
    }
    with pytest.raises(UsageError, match="client certificate and key"):
        ApiServer(connect(content=CONTENT.replace("{token: s3cr3t-token}", json.dumps(encoded))))
