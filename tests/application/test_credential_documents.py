"""What Argo CD's repository, repo-creds and cluster Secrets say, and how each mistake in one is told."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from gitops_action.application.cluster_secret import AwsLogin, ClusterLogin, ClusterSecret, ExecLogin
from gitops_action.application.credential_documents import Credentials, read_credentials
from gitops_action.application.credentials import GitHubApp, RepositoryCredential, RepositoryType
from gitops_action.resource import ResourceKey
from gitops_action.resource.key import GroupKind

KEY = "-----BEGIN PRIVATE KEY-----\nPLANTEDkey\n-----END PRIVATE KEY-----\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SERVER = "https://203.0.113.7:6443"


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def secret(
    kind: str, object_name: str = "one", /, *, data: dict[str, Any] | None = None, **fields: Any
) -> dict[str, Any]:
    labels = {"argocd.argoproj.io/secret-type": kind, "env": "prod"}
    metadata = {"name": object_name, "namespace": "argocd", "labels": labels}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": fields, "data": data}


def cluster(config: object = None, object_name: str = "one", /, **fields: Any) -> dict[str, Any]:
    text = config if isinstance(config, str) else json.dumps(config or {})
    return secret("cluster", object_name, **{"name": "prod", "server": SERVER, "config": text, **fields})


def read(*documents: object) -> Credentials:
    return read_credentials((document, "keys.yaml") for document in documents)


def repository(*documents: object) -> RepositoryCredential:
    found = read(*documents)
    assert (found.problems, found.notes) == ((), ())
    return found.repositories.repositories[0]


def only_cluster(*documents: object) -> ClusterSecret:
    found = read(*documents)
    assert (found.problems, found.notes) == ((), ())
    return found.clusters[0]


def problem(*documents: object) -> str:
    """Return the one problem, which repeats nothing of what stands in the fields."""
    found = read(*documents)
    assert len(found.problems) == 1
    assert "PLANTED" not in str(found.problems[0])
    return found.problems[0].summary


# --- repositories ---


def test_a_repository_with_user_name_and_password() -> None:
    found = repository(secret("repository", url="https://git.example/shop.git", username="bot", password="PLANTED"))
    assert found == RepositoryCredential(url="https://git.example/shop.git", username="bot", password="PLANTED")
    assert found.secrets() == ("PLANTED",)
    assert "PLANTED" not in repr(found)


def test_data_is_base64_and_string_data_wins() -> None:
    encoded = {"url": base64_of("https://git.example/a"), "password": base64_of("old")}
    assert repository(secret("repository", data=encoded, password="new")) == RepositoryCredential(
        url="https://git.example/a", password="new"
    )


def test_a_template_opens_every_repository_whose_url_begins_so() -> None:
    found = repository(secret("repo-creds", url="https://git.example/", bearerToken="PLANTED"))
    assert found == RepositoryCredential(url="https://git.example/", is_template=True, bearer_token="PLANTED")


def test_every_field_of_a_chart_repository() -> None:
    found = repository(
        secret(
            "repository",
            type="helm",
            name="charts",
            url="registry.example/charts",
            enableOCI="true",
            insecureOCIForceHttp="true",
            username="bot",
            password="PLANTED",
            tlsClientCertData=CERTIFICATE,
            tlsClientCertKey=KEY,
            insecure="true",
            proxy="http://user:PLANTEDproxy@proxy.example:3128",
            noProxy="*.example",
            forceHttpBasicAuth="true",
            project="shop",
        )
    )
    assert found == RepositoryCredential(
        url="registry.example/charts",
        type=RepositoryType.HELM,
        name="charts",
        enable_oci=True,
        plain_http=True,
        username="bot",
        password="PLANTED",
        tls_client_cert=CERTIFICATE,
        tls_client_key=KEY,
        insecure=True,
        proxy="http://user:PLANTEDproxy@proxy.example:3128",
        no_proxy="*.example",
        force_http_basic_auth=True,
        project="shop",
    )
    assert found.secrets() == ("PLANTED", KEY, "PLANTEDproxy")


def test_an_ssh_key_stays_as_it_is() -> None:
    found = repository(secret("repository", url="git@git.example:shop.git", sshPrivateKey=KEY))
    assert found.ssh_private_key == KEY


def test_a_github_app() -> None:
    found = repository(
        secret(
            "repository",
            url="https://ghe.example/shop/web",
            githubAppID="12",
            githubAppInstallationID="345",
            githubAppPrivateKey=KEY,
            githubAppEnterpriseBaseUrl="https://ghe.example/api/v3",
        )
    )
    assert found.github_app == GitHubApp(
        app_id=12, installation_id=345, private_key=KEY, base_url="https://ghe.example/api/v3"
    )
    assert found.secrets() == (KEY,)


def test_an_app_without_installation_is_looked_up_later() -> None:
    found = repository(
        secret("repository", url="https://github.com/shop/web", githubAppID="12", githubAppPrivateKey=KEY)
    )
    assert found.github_app == GitHubApp(app_id=12, owner="shop", private_key=KEY)


def test_what_only_argo_cd_needs_is_passed_over_and_the_rest_is_told() -> None:
    found = read(
        secret("repository", url="https://a.example", enableLfs="true", depth="1", colour="PLANTED"),
        secret("repository", "two", url="https://b.example", gcpServiceAccountKey="PLANTED"),
    )
    assert found.notes == (
        "Secret argocd/one: field colour has no effect",
        "Secret argocd/two: gcpServiceAccountKey is not supported, so this Secret opens nothing by it",
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "field url is missing or empty"),
        ({"url": " "}, "field url is missing or empty"),
        ({"url": "x", "type": "PLANTED"}, "field type is none of git, helm and oci"),
        ({"url": "x", "insecure": "PLANTED"}, "field insecure is not a boolean"),
        ({"url": "x", "sshPrivateKey": "PLANTED"}, "field sshPrivateKey is not a PEM private key"),
        ({"url": "x", "tlsClientCertData": "PLANTED"}, "field tlsClientCertData is not a PEM certificate"),
        ({"url": "x", "tlsClientCertKey": KEY}, "field tlsClientCertData and tlsClientCertKey need each other"),
        ({"url": "x", "bearerToken": "a", "password": "b"}, "field bearerToken and password exclude each other"),
        ({"url": "x", "type": "oci", "password": "b"}, "field username is missing beside the password"),
        ({"url": "x", "proxy": "PLANTED:3128"}, "field proxy is not a URL"),
        ({"url": "x", "githubAppID": "PLANTED"}, "field githubAppID is not a number"),
        ({"url": "x", "githubAppID": "1"}, "field githubAppPrivateKey is missing beside githubAppID"),
        ({"url": "x", "githubAppPrivateKey": KEY}, "field githubAppID is missing beside githubAppPrivateKey"),
        (
            {"url": "x", "githubAppID": "1", "githubAppPrivateKey": KEY, "githubAppEnterpriseBaseUrl": "http://ghe"},
            "field githubAppEnterpriseBaseUrl is not an https:// URL",
        ),
        (
            {"url": "https://ghe.example/", "githubAppID": "1", "githubAppPrivateKey": KEY},
            "field githubAppInstallationID is missing, and the url names no organization",
        ),
        ({"url": 7}, "field stringData.url is not a text"),
    ],
)
def test_a_repository_secret_that_cannot_work_names_its_field(fields: dict[str, Any], message: str) -> None:
    assert problem(secret("repository", **fields)) == f"keys.yaml: Secret argocd/one: {message}"


def test_data_that_is_not_base64() -> None:
    assert problem(secret("repository", data={"url": "PLANTED!"})) == (
        "keys.yaml: Secret argocd/one: field data.url is not base64 of a text"
    )
    assert problem({**secret("repository"), "data": "PLANTED"}) == "keys.yaml: Secret argocd/one: data is not a mapping"


# --- clusters ---


def test_a_cluster_with_a_token() -> None:
    document = cluster(
        {"bearerToken": "PLANTED", "tlsClientConfig": {"caData": base64_of(CERTIFICATE), "serverName": "kubernetes"}},
        namespaces="shop, pay",
        clusterResources="true",
        project="web",
        shard="1",
    )
    document["metadata"]["annotations"] = {"team": "a"}
    found = only_cluster(document)
    assert found == ClusterSecret(
        name="prod",
        server=SERVER,
        login=ClusterLogin(bearer_token="PLANTED", ca=CERTIFICATE, server_name="kubernetes"),
        project="web",
        namespaces=("shop", "pay"),
        cluster_resources=True,
        labels={"argocd.argoproj.io/secret-type": "cluster", "env": "prod"},
        annotations={"team": "a"},
        place="Secret argocd/one",
    )
    assert found.login.secrets() == ("PLANTED",)
    assert "PLANTED" not in repr(found)


def test_a_cluster_with_a_password_and_one_with_a_certificate() -> None:
    assert only_cluster(cluster({"username": "bot", "password": "PLANTED"})).login == ClusterLogin(
        username="bot", password="PLANTED"
    )
    tls = {"certData": base64_of(CERTIFICATE), "keyData": base64_of(KEY), "insecure": True}
    found = only_cluster(cluster({"tlsClientConfig": tls})).login
    assert found == ClusterLogin(certificate=CERTIFICATE, key=KEY, insecure=True)
    assert found.secrets() == (KEY,)


def test_clusters_of_clouds() -> None:
    aws = {"clusterName": "prod", "roleARN": "arn:aws:iam::1:role/deploy", "profile": "ci"}
    assert only_cluster(cluster({"awsAuthConfig": aws})).login.aws == AwsLogin(
        cluster_name="prod", role_arn="arn:aws:iam::1:role/deploy", profile="ci"
    )
    plugin = {"command": "argocd-k8s-auth", "args": ["gcp"], "env": {"KEY": "PLANTED-value"}, "installHint": "-"}
    found = only_cluster(cluster({"execProviderConfig": plugin})).login
    assert found.plugin == ExecLogin(
        command="argocd-k8s-auth", arguments=("gcp",), environment=(("KEY", "PLANTED-value"),)
    )
    assert found.secrets() == ("PLANTED-value",)


def test_a_cluster_without_name_is_known_by_its_url() -> None:
    assert only_cluster(cluster(server=f"{SERVER}/")).server == SERVER
    assert only_cluster(secret("cluster", server=SERVER)).name == SERVER


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("PLANTED", "field config is not JSON (line 1, column 1)"),
        ("[1]", "config is a list, not a mapping"),
        ({"bearerToken": 7}, "config.bearerToken is an integer, not a string"),
        ({"tlsClientConfig": {"caData": "PLANTED"}}, "config.tlsClientConfig.caData is not base64 of a PEM text"),
        ({"tlsClientConfig": {"insecure": "PLANTED"}}, "config.tlsClientConfig.insecure is a string, not a boolean"),
        (
            {"tlsClientConfig": {"certData": base64_of(CERTIFICATE)}},
            "config.tlsClientConfig.certData and keyData need each other",
        ),
        (
            {"tlsClientConfig": {"caData": base64_of(CERTIFICATE), "insecure": True}},
            "config.tlsClientConfig.insecure and caData exclude each other",
        ),
        ({"password": "PLANTED"}, "config.username is missing beside the password"),
        ({"awsAuthConfig": {}}, "config.awsAuthConfig.clusterName is missing"),
        ({"execProviderConfig": {"args": ["PLANTED"]}}, "config.execProviderConfig.command is missing"),
    ],
)
def test_a_cluster_secret_that_cannot_work_names_its_field(config: object, message: str) -> None:
    text = config if isinstance(config, str) else json.dumps(config)
    assert problem(cluster(text)) == f"keys.yaml: Secret argocd/one: {message}"


def test_a_cluster_needs_a_url() -> None:
    assert problem(cluster(server="")) == "keys.yaml: Secret argocd/one: field server is missing or empty"
    for wrong in ("PLANTED", "ftp://PLANTED", "https://[PLANTED"):
        assert problem(cluster(server=wrong)) == "keys.yaml: Secret argocd/one: field server is not a URL with https://"


def test_what_means_nothing_in_a_config_is_told() -> None:
    found = read(cluster({"colour": "PLANTED", "disableCompression": True, "tlsClientConfig": {"ca": "PLANTED"}}))
    assert found.notes == (
        "Secret argocd/one: field config.tlsClientConfig.ca has no effect",
        "Secret argocd/one: field config.colour has no effect",
    )


def test_two_clusters_of_one_name_are_none() -> None:
    found = read(cluster(), cluster({}, "two"), cluster({}, "three"))
    assert found.clusters == ()
    assert [each.summary for each in found.problems] == [
        "Secret argocd/one and Secret argocd/two and Secret argocd/three name the same cluster, prod"
    ]


def test_only_the_namespaces_of_a_cluster_are_managed() -> None:
    found = only_cluster(cluster(namespaces="shop"))

    def denied(kind: str, namespace: str) -> str:
        return found.denial(ResourceKey(GroupKind("", kind).group, kind, namespace, "x"))

    assert denied("ConfigMap", "shop") == ""
    assert (
        denied("ConfigMap", "pay") == 'Namespace "pay" for ConfigMap "x" is not managed (Secret argocd/one: namespaces)'
    )
    assert denied("Namespace", "").endswith("when in namespaced mode (Secret argocd/one: clusterResources)")
    everything = only_cluster(cluster(namespaces="shop", clusterResources="true"))
    assert everything.denial(ResourceKey("", "Namespace", "", "x")) == ""
    assert only_cluster(cluster()).denial(ResourceKey("", "ConfigMap", "pay", "x")) == ""


# --- trust, and all together ---


def config_map(name: str, /, **data: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "argocd"}, "data": data}


def test_known_hosts_and_authorities() -> None:
    found = read(
        config_map("argocd-ssh-known-hosts-cm", ssh_known_hosts="git.example ssh-ed25519 AAAA\n"),
        config_map("argocd-tls-certs-cm", **{"git.example": CERTIFICATE, "empty.example": ""}),
    )
    assert found.repositories.known_hosts == "git.example ssh-ed25519 AAAA"
    assert found.repositories.authorities == (("git.example", CERTIFICATE),)
    assert problem(config_map("argocd-tls-certs-cm", **{"git.example": "PLANTED"})) == (
        "keys.yaml: ConfigMap argocd/argocd-tls-certs-cm: field data.git.example is not a PEM certificate"
    )


def test_what_is_no_credential_is_passed_over() -> None:
    found = read(
        "a text",
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "stringData": {"url": "x"}},
        {"apiVersion": "apps/v1", "kind": "Secret", "metadata": None},
        config_map("argocd-cm"),
        secret("repository-write", url="https://a.example"),
        secret("scm-creds", url="https://a.example"),
    )
    assert found == Credentials(
        notes=("Secret argocd/one: nothing is known of label argocd.argoproj.io/secret-type: scm-creds",)
    )


def test_one_that_is_wrong_holds_up_no_other_of_a_list() -> None:
    items = [secret("repository"), secret("repository", "two", url="https://a.example"), 7]
    found = read({"apiVersion": "v1", "kind": "List", "items": items})
    assert [each.url for each in found.repositories.repositories] == ["https://a.example"]
    assert [each.summary for each in found.problems] == ["keys.yaml: Secret argocd/one: field url is missing or empty"]


def test_credentials_of_two_places_together_and_the_first_wins() -> None:
    first = read(cluster({"bearerToken": "a"}), config_map("argocd-tls-certs-cm", **{"git.example": CERTIFICATE}))
    second = read(
        cluster({"bearerToken": "b"}),
        secret("repository", url="https://a.example", password="c"),
        config_map("argocd-tls-certs-cm", **{"git.example": CERTIFICATE * 2, "b.example": CERTIFICATE}),
    )
    both = first.joined(second)
    assert both.secrets() == ("c", "a")
    assert dict(both.repositories.authorities) == {"git.example": CERTIFICATE, "b.example": CERTIFICATE}
