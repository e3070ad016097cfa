"""Tokens for EKS, GKE and AKS from the job's identity, against stand-ins that check each request whole."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.adapters.cloud import Cloud
from gitops_action.adapters.cloud_login import Program, token_instead
from gitops_action.adapters.connection import Connection
from gitops_action.adapters.http import Http, Request
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.adapters.minted_token import MintedToken
from gitops_action.errors import ClusterError, Forbidden
from tests.adapters.cloud_stand_in import ACCOUNT, CLIENT, OTHER_ROLE, PROVIDER, ROLE, TENANT, Clouds, clouds, id_token

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

EKS = Program(command="aws", arguments=("--region", "eu-central-1", "eks", "get-token", "--cluster-name", "prod"))
GKE = Program(command="/usr/lib/gcloud/gke-gcloud-auth-plugin")
AKS = Program(
    command="kubelogin",
    arguments=("get-token", "--login", "azurecli", "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"),
)
GCP = {"GCP_WORKLOAD_IDENTITY_PROVIDER": PROVIDER, "GCP_SERVICE_ACCOUNT": ACCOUNT}
AZURE = {"AZURE_CLIENT_ID": CLIENT, "AZURE_TENANT_ID": TENANT}


@pytest.fixture
def services() -> Iterator[Clouds]:
    with clouds() as running:
        yield running


class Time:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


class Minting:
    """One program's tokens, what was masked for them, and the time."""

    def __init__(self, program: Program, environ: Mapping[str, str]) -> None:
        self.masked: list[str] = []
        self.time = Time()
        self.made = token_instead(program, Cloud(environ=environ, mask=self.masked.append, now=self.time, pause=0.0))

    def token(self) -> str:
        assert isinstance(self.made, MintedToken), self.made
        return self.made.authorization().removeprefix("Bearer ")


def lacking(program: Program, **environ: str) -> str:
    made = token_instead(program, Cloud(environ=environ, mask=lambda _: None))
    assert isinstance(made, str)
    return made


# --- Amazon EKS ---


def test_eks_by_the_jobs_identity(services: Clouds) -> None:
    minting = Minting(EKS, services.environment(AWS_ROLE_ARN=ROLE))
    token = minting.token()
    assert services.check_eks(token, "prod") == f"ASIA{1:016}"
    assert (services.asked, services.complaints) == (["github", "aws"], [])
    assert minting.token() == token
    assert services.asked == ["github", "aws"]


def test_every_secret_on_the_way_to_a_token_is_masked(services: Clouds) -> None:
    minting = Minting(EKS, services.environment(AWS_ROLE_ARN=ROLE))
    token = minting.token()
    assert minting.masked[0] == "request-token-of-the-job"
    assert minting.masked[1].startswith("eyJ")
    assert minting.masked[2:] == ["secret+/key1", "session/token+1==", token]


def test_eks_of_a_role_that_the_first_one_assumes(services: Clouds) -> None:
    entry = Program(command="aws", arguments=(*EKS.arguments, "--role-arn", OTHER_ROLE))
    minting = Minting(entry, services.environment(AWS_ROLE_ARN=ROLE))
    assert services.check_eks(minting.token(), "prod") == f"ASIA{2:016}"
    assert (services.asked, services.complaints) == (["github", "aws", "aws"], [])


def test_eks_of_the_entrys_role_where_the_job_has_no_other(services: Clouds) -> None:
    entry = Program(command="argocd-k8s-auth", arguments=("aws", "--cluster-name", "prod", f"--role-arn={OTHER_ROLE}"))
    minting = Minting(entry, services.environment(AWS_REGION="eu-central-1"))
    assert services.check_eks(minting.token(), "prod") == f"ASIA{1:016}"


def test_eks_by_keys_of_the_environment_or_of_the_entry(services: Clouds) -> None:
    services.keys |= {"AKIA1": ("secret", ""), "AKIA2": ("other", "session")}
    keys = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-west-1"}
    authenticator = Program(command="aws-iam-authenticator", arguments=("token", "-i", "prod"))
    assert services.check_eks(Minting(authenticator, services.environment(**keys)).token(), "prod") == "AKIA1"
    own = {"AWS_ACCESS_KEY_ID": "AKIA2", "AWS_SECRET_ACCESS_KEY": "other", "AWS_SESSION_TOKEN": "session"}
    entry = Program(command="argocd-k8s-auth", arguments=("aws", "--cluster-name", "prod"), environment=own)
    minting = Minting(entry, services.environment(**keys))
    assert services.check_eks(minting.token(), "prod") == "AKIA2"
    assert minting.masked[:2] == ["other", "session"]
    assert services.asked == []


def test_the_region_may_be_the_servers(services: Clouds) -> None:
    server = "https://0123ABCD.gr7.ap-southeast-2.eks.amazonaws.com"
    entry = Program(command="argocd-k8s-auth", arguments=("aws", "--cluster-name", "prod"), server=server)
    minting = Minting(entry, services.environment(AWS_ROLE_ARN=ROLE))
    services.check_eks(minting.token(), "prod")
    assert isinstance(token_instead(entry, Cloud(environ=services.environment(), mask=lambda _: None)), str)


def test_a_pods_own_identity_in_a_file(services: Clouds, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(id_token("sts.amazonaws.com"))
    environ = {"AWS_ENDPOINT_URL_STS": services.url, "AWS_ROLE_ARN": ROLE}
    minting = Minting(EKS, {**environ, "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token")})
    services.check_eks(minting.token(), "prod")
    assert services.asked == ["aws"]
    (tmp_path / "token").write_text("\n")
    with pytest.raises(ClusterError, match="which AWS_WEB_IDENTITY_TOKEN_FILE names, is empty"):
        Minting(EKS, {**environ, "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token")}).token()
    with pytest.raises(ClusterError, match="which AWS_WEB_IDENTITY_TOKEN_FILE names, cannot be read"):
        Minting(EKS, {**environ, "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path)}).token()


def test_the_region_goes_into_the_address_of_sts(services: Clouds) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "secret"}
    hosts = {
        "eu-central-1": "https://sts.eu-central-1.amazonaws.com/?",
        "us-gov-west-1": "https://sts.us-gov-west-1.amazonaws.com/?",
        "cn-north-1": "https://sts.cn-north-1.amazonaws.com.cn/?",
    }
    for region, beginning in hosts.items():
        encoded = Minting(EKS_ANYWHERE, {**keys, "AWS_REGION": region}).token().removeprefix("k8s-aws-v1.")
        assert base64.urlsafe_b64decode(encoded + "===").decode().startswith(beginning)
    with pytest.raises(ClusterError, match="the AWS region of the cluster is none"):
        Minting(EKS_ANYWHERE, {**keys, "AWS_REGION": "evil.example/"})


EKS_ANYWHERE = Program(command="argocd-k8s-auth", arguments=("aws", "--cluster-name", "prod"))


def test_what_a_token_for_eks_lacks() -> None:
    assert lacking(Program(command="aws", arguments=("eks", "get-token"))) == (
        "the cluster's name is missing in its arguments"
    )
    assert lacking(EKS_ANYWHERE) == "AWS_REGION is not set"
    assert lacking(EKS) == (
        "there are neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor the permission id-token: write"
    )
    job = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x.example", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x"}
    assert lacking(EKS, **job) == "AWS_ROLE_ARN is not set"
    profile = "it names an AWS profile, and files of profiles are not read"
    assert lacking(Program(command="aws", arguments=(*EKS.arguments, "--profile", "x")), **job) == profile
    assert lacking(Program(command="aws", arguments=EKS.arguments, environment={"AWS_PROFILE": "x"})) == profile
    assert lacking(Program(command="aws", arguments=("s3", "ls"))) == ""
    assert lacking(Program(command="vault", arguments=("get-token",))) == ""


def test_aws_refuses(services: Clouds) -> None:
    with pytest.raises(ClusterError) as error:
        Minting(EKS, services.environment(AWS_ROLE_ARN="arn:aws:iam::1:role/other")).token()
    assert error.value.summary == "AWS STS refuses: 403 AccessDenied: Not authorized: the role"
    assert "trust policy" in error.value.remedy


# --- Google GKE ---


def test_gke_by_a_service_account(services: Clouds) -> None:
    minting = Minting(GKE, services.environment(**GCP))
    assert minting.token() in services.accepted
    assert (services.asked, services.complaints) == (["github", "google-sts", "google-iam"], [])
    assert minting.masked[2:] == ["federated-1", "google-access-2"]


def test_gke_by_the_pool_alone(services: Clouds) -> None:
    environ = services.environment(GCP_WORKLOAD_IDENTITY_PROVIDER=f"//iam.googleapis.com/{PROVIDER}")
    assert Minting(Program(command="argocd-k8s-auth", arguments=("gcp",)), environ).token() == "federated-1"


def credential_file(services: Clouds, folder: Path, **changes: Any) -> dict[str, str]:
    """Return the environment that google-github-actions/auth leaves, with the runner's path in it."""
    url = "https://evil.example/token?audience=my-audience"
    iam = "https://evil.example/v1/projects/-/serviceAccounts"
    content = {
        "type": "external_account",
        "audience": f"//iam.googleapis.com/{PROVIDER}",
        "token_url": "https://evil.example/v1/token",
        "service_account_impersonation_url": f"{iam}/{ACCOUNT}:generateAccessToken",
        "credential_source": {"url": url, "headers": {"Authorization": "Bearer x"}},
    }
    (folder / "gha-creds-1.json").write_text(json.dumps({**content, **changes}))
    path = "/home/runner/work/shop/shop/gha-creds-1.json"
    return services.environment(GOOGLE_APPLICATION_CREDENTIALS=path, GITHUB_WORKSPACE=str(folder))


def test_gke_by_the_file_of_googles_action_whose_addresses_do_not_count(services: Clouds, tmp_path: Path) -> None:
    assert Minting(GKE, credential_file(services, tmp_path)).token() in services.accepted
    assert (services.asked, services.complaints) == (["github", "google-sts", "google-iam"], [])


def test_a_key_file_of_google_is_not_read(services: Clouds, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="is not the configuration of a workload identity provider"):
        Minting(GKE, credential_file(services, tmp_path, type="service_account")).token()
    (tmp_path / "gha-creds-1.json").write_text("PLANTED")
    with pytest.raises(ClusterError, match="cannot be read") as error:
        Minting(GKE, services.environment(GOOGLE_APPLICATION_CREDENTIALS=str(tmp_path / "gha-creds-1.json"))).token()
    assert error.value.detail == "it is not JSON"


def test_what_a_token_for_gke_lacks() -> None:
    assert lacking(GKE) == "GCP_WORKLOAD_IDENTITY_PROVIDER is not set"
    assert lacking(GKE, **GCP) == "the job lacks the permission id-token: write"


def test_a_provider_that_is_none(services: Clouds) -> None:
    with pytest.raises(ClusterError, match="GCP_WORKLOAD_IDENTITY_PROVIDER is not the full name of a provider"):
        Minting(GKE, services.environment(GCP_WORKLOAD_IDENTITY_PROVIDER="github")).token()


def test_google_refuses(services: Clouds) -> None:
    environ = services.environment(**{**GCP, "GCP_SERVICE_ACCOUNT": "other@shop.iam.gserviceaccount.com"})
    with pytest.raises(ClusterError) as error:
        Minting(GKE, environ).token()
    assert error.value.summary == "Google's IAM credentials service refuses: 403 PERMISSION_DENIED: the path"
    assert "roles/iam.workloadIdentityUser" in error.value.remedy


# --- Azure AKS ---


def test_aks_by_a_federated_credential(services: Clouds) -> None:
    minting = Minting(AKS, services.environment(**AZURE))
    assert minting.token() in services.accepted
    assert (services.asked, services.complaints) == (["github", "entra"], [])


def test_aks_as_the_entry_says(services: Clouds) -> None:
    arguments = ("get-token", "--login", "workloadidentity", "--client-id", CLIENT, "--tenant-id", TENANT)
    assert Minting(Program(command="kubelogin", arguments=arguments), services.environment()).token()
    environment = {"AAD_LOGIN_METHOD": "workloadidentity", **AZURE, "AZURE_AUTHORITY_HOST": "https://evil.example"}
    entry = Program(command="argocd-k8s-auth", arguments=("azure",), environment=environment)
    assert Minting(entry, services.environment()).token()
    assert services.complaints == []


def test_what_a_token_for_aks_lacks() -> None:
    assert lacking(AKS) == "AZURE_CLIENT_ID is not set"
    assert lacking(AKS, AZURE_CLIENT_ID=CLIENT) == "AZURE_TENANT_ID is not set"
    assert lacking(AKS, **AZURE) == "the job lacks the permission id-token: write"
    # Who logs in by a browser is the program, not an identity of ours.
    browser = ("get-token", "--login", "devicecode", "--client-id", CLIENT)
    assert lacking(Program(command="kubelogin", arguments=browser)) == "AZURE_CLIENT_ID is not set"


def test_entra_refuses(services: Clouds) -> None:
    with pytest.raises(ClusterError) as error:
        Minting(AKS, services.environment(**{**AZURE, "AZURE_CLIENT_ID": "other"})).token()
    assert error.value.summary == "Microsoft Entra refuses: 403 invalid_client: AADSTS700213: the form"
    assert "federated credential" in error.value.remedy


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--tenant-id", "../x"), "the tenant id for Microsoft Entra is none"),
        (("--server-id", "a b"), "the server id for Microsoft Entra is none"),
    ],
)
def test_ids_that_are_none_reach_no_address(services: Clouds, arguments: tuple[str, ...], message: str) -> None:
    entry = Program(command="kubelogin", arguments=("get-token", *arguments))
    with pytest.raises(ClusterError, match=message):
        Minting(entry, services.environment(**AZURE)).token()
    assert "entra" not in services.asked


def test_the_clouds_of_azure(services: Clouds) -> None:
    environ = services.environment(**AZURE)
    del environ["AZURE_AUTHORITY_HOST"]
    entry = Program(command="kubelogin", arguments=("get-token", "--environment", "PLANTED"))
    with pytest.raises(ClusterError, match="the Azure environment of the cluster is not known"):
        Minting(entry, environ).token()


# --- what may befall any of them ---


def test_github_gives_no_identity(services: Clouds) -> None:
    environ = services.environment(AWS_ROLE_ARN=ROLE, ACTIONS_ID_TOKEN_REQUEST_TOKEN="PLANTED")
    with pytest.raises(ClusterError) as error:
        Minting(EKS, environ).token()
    assert error.value.summary.startswith("GitHub's token service (id-token) refuses: 403")
    assert "id-token: write" in error.value.remedy
    assert "PLANTED" not in str(error.value)


def test_a_service_that_is_busy_for_a_while_and_one_that_is_not_there(services: Clouds) -> None:
    services.down.add("aws")
    with pytest.raises(ClusterError, match="AWS STS refuses: 503"):
        Minting(EKS, services.environment(AWS_ROLE_ARN=ROLE)).token()
    assert services.asked.count("aws") == 5
    environ = services.environment(AWS_ROLE_ARN=ROLE, AWS_ENDPOINT_URL_STS="http://127.0.0.1:1")
    with pytest.raises(ClusterError, match=r"AWS STS cannot be reached at 127\.0\.0\.1:1"):
        Minting(EKS, environ).token()


def test_no_token_is_sent_where_others_could_read_it(services: Clouds) -> None:
    environ = services.environment(
        **AZURE,
    )
    environ["AZURE_AUTHORITY_HOST"] = "http://login.example"
    with pytest.raises(ClusterError, match=r"Microsoft Entra: login\.example is not an https:// URL"):
        Minting(AKS, environ).token()


def test_an_answer_that_is_not_the_services(services: Clouds) -> None:
    environ = services.environment(**GCP, CLOUDSDK_API_ENDPOINT_OVERRIDES_STS=f"{services.url}/github?")
    with pytest.raises(ClusterError, match=r"Google's token service \(STS\) refuses"):
        Minting(GKE, environ).token()


# --- the end of a token ---


def test_a_token_is_made_anew_before_it_ends(services: Clouds) -> None:
    minting = Minting(EKS, services.environment(AWS_ROLE_ARN=ROLE))
    first = minting.token()
    minting.time.now += 11 * 60
    assert minting.token() == first
    minting.time.now += 2 * 60
    second = minting.token()
    assert second != first
    assert second in minting.masked


def test_a_token_of_a_minute_is_not_made_anew_for_each_request(services: Clouds) -> None:
    services.seconds = 60
    minting = Minting(AKS, services.environment(**AZURE))
    first = minting.token()
    minting.time.now += 45
    assert minting.token() == first
    minting.time.now += 5
    assert minting.token() != first


def test_a_token_that_cannot_be_renewed_yet_is_used_while_it_lasts(services: Clouds) -> None:
    services.seconds = 600
    minting = Minting(AKS, services.environment(**AZURE))
    first = minting.token()
    services.down.add("entra")
    minting.time.now += 500
    assert minting.token() == first
    minting.time.now += 200
    with pytest.raises(ClusterError, match="Microsoft Entra refuses: 503"):
        minting.token()


def ask(services: Clouds, minting: Minting) -> Http:
    assert isinstance(minting.made, MintedToken)
    return Http(Connection(server=services.url, credentials=minting.made))


def test_what_the_server_refuses_is_asked_again_with_a_new_token(services: Clouds) -> None:
    minting = Minting(GKE, services.environment(**GCP))
    http = ask(services, minting)
    request = Request(method="GET", path="/api")
    http.send(request)
    first = minting.token()
    minting.time.now += 60
    services.accepted.clear()
    http.send(request)
    assert minting.token() != first
    assert minting.token() in minting.masked
    assert services.asked.count("api") == 3


def test_a_new_token_that_is_refused_is_not_made_again_and_again(services: Clouds) -> None:
    minting = Minting(GKE, services.environment(**GCP))
    http = ask(services, minting)
    minting.token()
    services.accepted.clear()
    for _ in range(3):
        with pytest.raises(Forbidden, match="does not accept the credentials"):
            http.send(Request(method="GET", path="/api"))
    assert services.asked.count("google-iam") == 1
    assert services.asked.count("api") == 3


# --- from a kubeconfig ---


def kubeconfig(services: Clouds) -> str:
    return f"""
        current-context: cloud
        clusters: [{{name: cloud, cluster: {{server: "{services.url}"}}}}]
        contexts: [{{name: cloud, context: {{cluster: cloud, user: cloud}}}}]
        users:
        - name: cloud
          user:
            exec:
              command: kubelogin
              args: [get-token, --login, workloadidentity]
              env: [{{name: AZURE_CLIENT_ID, value: "{CLIENT}"}}, {{name: AZURE_TENANT_ID, value: "{TENANT}"}}]
    """


@pytest.mark.parametrize("allow_exec", [False, True])
def test_a_kubeconfigs_program_is_not_run_where_its_token_can_be_made(services: Clouds, allow_exec: bool) -> None:
    masked: list[str] = []
    inputs = ClusterInputs(kubeconfig=kubeconfig(services), allow_exec=allow_exec)
    connection = load(inputs, services.environment(), masked.append).connect()
    Http(connection).send(Request(method="GET", path="/api"))
    assert services.asked == ["github", "entra", "api"]
    assert masked[-1] in services.accepted


def test_a_kubeconfigs_program_that_lacks_its_environment_says_what(services: Clouds) -> None:
    with pytest.raises(ClusterError) as error:
        load(ClusterInputs(kubeconfig=kubeconfig(services)), {}).connect()
    assert error.value.detail == "Its token can be made without it, but the job lacks the permission id-token: write."
