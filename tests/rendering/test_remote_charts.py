"""Charts of repositories and registries, and artifacts of manifests (OCI-1 to OCI-5)."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import subprocess
import tarfile
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.adapters.git_remote import Limits
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.remote_sources import Fetching, RemoteSources
from gitops_action.application.application import HelmSource, Source
from gitops_action.application.credentials import RepositoryCredential, RepositoryCredentials
from gitops_action.application.fetch_hosts import FetchHosts
from tests.rendering.conftest import config_map
from tests.rendering.web_server import WebServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.rendering.conftest import Repository

CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
VERSIONS = ("1.0.0", "1.1.0", "1.2.0-rc.1", "2.0.0+build.7")


def archive(files: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as opened:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            opened.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def chart(name: str, version: str, **files: str) -> bytes:
    return archive(
        {
            f"{name}/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: {version}\n",
            f"{name}/templates/c.yaml": config_map(name, version="{{ .Chart.Version }}", v="{{ .Values.v }}"),
            f"{name}/values.yaml": "v: chart\n",
            f"{name}/more.yaml": "v: more\n",
            **{f"{name}/{path}": text for path, text in files.items()},
        }
    )


def index(entries: Mapping[str, list[tuple[str, str, str]]]) -> bytes:
    lines = ["apiVersion: v1", "entries:"]
    for name, versions in entries.items():
        lines.append(f"  {name}:")
        lines += [f"  - {{version: {version}, urls: [{url}], digest: {digest}}}" for version, url, digest in versions]
    return "\n".join(lines).encode()


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer().running() as running:
        yield running


@pytest.fixture
def charts(server: WebServer) -> WebServer:
    """A repository of the chart ``web`` at some versions."""
    entries = []
    for version in VERSIONS:
        content = chart("web", version)
        server.files[f"/charts/web-{version}.tgz"] = content
        entries.append((version, f"web-{version}.tgz", hashlib.sha256(content).hexdigest()))
    server.files["/charts/index.yaml"] = index({"web": entries})
    return server


def sources(tmp_path: Path, *credentials: RepositoryCredential, **options: Any) -> RemoteSources:
    fetching = Fetching(
        credentials=RepositoryCredentials(repositories=credentials),
        hosts=options.pop("hosts", FetchHosts(allow_local=True)),
        **options,
    )
    return RemoteSources(fetching, SubprocessProcess(), folder=str(tmp_path))


def of(server: WebServer, version: str, **changes: Any) -> Source:
    return Source(repo_url=f"{server.url}/charts", chart="web", target_revision=version, **changes)


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("1.0.0", "1.0.0"),
        ("v1.0.0", "1.0.0"),
        ("1.x", "1.1.0"),
        ("~1.0", "1.0.0"),
        ("^1-0", "1.2.0-rc.1"),
        ("*", "2.0.0+build.7"),
        ("2.0.0", "2.0.0+build.7"),
    ],
)
def test_a_chart_is_taken_by_version_or_constraint(
    repository: Repository, charts: WebServer, tmp_path: Path, revision: str, expected: str
) -> None:
    found = repository.render(of(charts, revision), sources=sources(tmp_path))

    assert found.conditions == ()
    assert [target.object["data"]["version"] for target in found.targets] == [expected]
    assert found.revisions[0].removeprefix("v") in (expected, revision)


def test_the_index_and_each_chart_are_fetched_once(repository: Repository, charts: WebServer, tmp_path: Path) -> None:
    fetching = sources(tmp_path)
    for revision in ("1.x", "1.1.0", "1.x"):
        repository.render(of(charts, revision), sources=fetching)
    assert charts.asked == ["GET /charts/index.yaml", "GET /charts/web-1.1.0.tgz"]


def test_an_exact_version_is_known_without_asking(charts: WebServer, tmp_path: Path) -> None:
    found = sources(tmp_path).resolve(of(charts, "1.0.0"), "default")
    assert (found.revision, charts.asked) == ("1.0.0", [])


def test_a_constraint_comes_with_the_digest_of_the_index(charts: WebServer, tmp_path: Path) -> None:
    found = sources(tmp_path).resolve(of(charts, "1.x"), "default")
    assert found.digest == hashlib.sha256(charts.files["/charts/web-1.1.0.tgz"]).hexdigest()


def test_rnd_14_value_files_are_of_the_chart(repository: Repository, charts: WebServer, tmp_path: Path) -> None:
    for entry in ("more.yaml", "/more.yaml"):
        source = of(charts, "1.0.0", helm=HelmSource(value_files=(entry,)))
        found = repository.render(source, sources=sources(tmp_path))
        assert found.targets[0].object["data"]["v"] == "more"
    source = of(charts, "1.0.0", helm=HelmSource(value_files=("../../x.yaml",)))
    assert "outside repository root" in repository.refusal(source, sources=sources(tmp_path)).summary


@pytest.mark.parametrize("revision", ["3.x", "1.0.7"])
def test_a_version_that_no_release_satisfies_offers_those_that_are_there(
    repository: Repository, charts: WebServer, tmp_path: Path, revision: str
) -> None:
    refusal = repository.refusal(of(charts, revision), sources=sources(tmp_path))
    assert refusal.summary == (
        f"no version of the chart web of {charts.url}/charts satisfies {revision}:"
        " the highest are 2.0.0+build.7, 1.2.0-rc.1, 1.1.0, 1.0.0"
    )


def test_a_chart_that_is_not_in_the_index(repository: Repository, charts: WebServer, tmp_path: Path) -> None:
    source = Source(repo_url=f"{charts.url}/charts", chart="gone", target_revision="1.x")
    refusal = repository.refusal(source, sources=sources(tmp_path))
    assert (refusal.summary, refusal.remedy) == (
        f"{charts.url}/charts has no chart gone",
        "Correct the name; charts that it has: web.",
    )


@pytest.mark.parametrize("body", [b"<html>", b"a: [", b"entries: []", b""])
def test_what_is_no_index_is_said(repository: Repository, charts: WebServer, tmp_path: Path, body: bytes) -> None:
    charts.files["/charts/index.yaml"] = body
    refusal = repository.refusal(of(charts, "1.x"), sources=sources(tmp_path))
    assert refusal.summary == f"{charts.url}/charts/index.yaml is no index of charts"


def test_a_chart_that_is_not_what_the_index_says_is_refused(
    repository: Repository, charts: WebServer, tmp_path: Path
) -> None:
    charts.files["/charts/web-1.0.0.tgz"] = chart("web", "1.0.0", **{"templates/evil.yaml": config_map("evil")})
    refusal = repository.refusal(of(charts, "1.0.0"), sources=sources(tmp_path))
    assert "is not what the index of" in refusal.summary


# --- who may ------------------------------------------------------------------------------------------------------


def test_a_user_opens_a_repository_and_its_charts(repository: Repository, charts: WebServer, tmp_path: Path) -> None:
    charts.user = "robot:s3cret"
    credential = RepositoryCredential(url=charts.url, username="robot", password="s3cret", is_template=True)
    assert repository.render(of(charts, "1.x"), sources=sources(tmp_path, credential)).conditions == ()


def test_a_refusal_names_the_repository_and_no_credential(
    repository: Repository, charts: WebServer, tmp_path: Path
) -> None:
    charts.user = "robot:another"
    credential = RepositoryCredential(url=charts.url, username="robot", password="s3cret", is_template=True)
    refusal = repository.refusal(of(charts, "1.x"), sources=sources(tmp_path, credential))
    assert refusal.summary == f"{charts.url}/charts/index.yaml: access refused by 127.0.0.1:{charts.port} (401)"
    assert "s3cret" not in str(refusal)


def test_credentials_go_to_another_host_only_if_the_application_says_so(
    repository: Repository, charts: WebServer, tmp_path: Path
) -> None:
    with WebServer(files={"/web-9.0.0.tgz": chart("web", "9.0.0")}).running() as elsewhere:
        charts.files["/charts/index.yaml"] = index({"web": [("9.0.0", f"{elsewhere.url}/web-9.0.0.tgz", "")]})
        credential = RepositoryCredential(url=charts.url, username="robot", password="s3cret", is_template=True)

        repository.render(of(charts, "9.0.0"), sources=sources(tmp_path, credential))
        assert [each.user for each in elsewhere.requests] == [""]

        passing = of(charts, "9.0.0", helm=HelmSource(pass_credentials=True))
        repository.render(passing, sources=sources(tmp_path, credential))
        assert [each.user for each in elsewhere.requests] == ["", "robot:s3cret"]


def test_a_redirection_is_followed_without_the_credential(
    repository: Repository, charts: WebServer, tmp_path: Path
) -> None:
    with WebServer(files={"/moved.tgz": charts.files["/charts/web-1.0.0.tgz"]}).running() as elsewhere:
        charts.redirects["/charts/web-1.0.0.tgz"] = f"{elsewhere.url}/moved.tgz"
        credential = RepositoryCredential(url=charts.url, username="robot", password="s3cret", is_template=True)

        assert repository.render(of(charts, "1.0.0"), sources=sources(tmp_path, credential)).targets
        assert [each.user for each in elsewhere.requests] == [""]


def test_in_a_review_a_redirection_leads_only_to_allowed_hosts(
    repository: Repository, charts: WebServer, tmp_path: Path
) -> None:
    charts.redirects["/charts/web-1.0.0.tgz"] = "http://169.254.169.254/latest/meta-data"
    hosts = FetchHosts(allowed=frozenset({f"127.0.0.1:{charts.port}"}), allow_local=True)
    refusal = repository.refusal(of(charts, "1.0.0"), sources=sources(tmp_path, hosts=hosts))
    assert refusal.summary == "169.254.169.254 is not among the hosts that a pull request may fetch from"


# --- archives that are not what they should be ---------------------------------------------------------------------


def _endless_name() -> bytes:
    """Return an archive whose first header says that a name of 300 MB follows, and packs it well."""
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 300 << 20
    packed = zlib.compressobj(wbits=31)
    parts = [packed.compress(header.tobuf(tarfile.GNU_FORMAT))]
    parts += [packed.compress(b"a" * (1 << 20)) for _ in range(300)]
    return b"".join((*parts, packed.flush()))


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "leads out": (
        lambda: archive({"web/Chart.yaml": "x", "web/../../evil": "x"}),
        "holds a path that leads out of it: web/../../evil",
    ),
    "absolute": (lambda: archive({"/etc/evil": "x"}), "the archive holds no chart"),
    "text": (lambda: b"no archive", "is no archive that can be unpacked"),
    "cut": (lambda: chart("web", "1.0.0")[:200], "is no archive that can be unpacked"),
    "other files": (lambda: archive({"README": "x"}), "the archive holds no chart"),
    "endless name": (_endless_name, "unpacks to more than 100 MB"),
    "bomb": (
        lambda: archive({"web/Chart.yaml": "x", "web/zeros": b"\0" * (101 << 20)}),
        "unpacks to more than 100 MB",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_is_refused(repository: Repository, charts: WebServer, tmp_path: Path, kind: str) -> None:
    content, message = HOSTILE[kind]
    charts.files["/charts/x.tgz"] = content()
    charts.files["/charts/index.yaml"] = index({"web": [("1.0.0", "x.tgz", "")]})
    before = set(tmp_path.iterdir())
    assert message in repository.refusal(of(charts, "1.0.0"), sources=sources(tmp_path)).summary
    assert {path.name[:8] for path in set(tmp_path.iterdir()) - before} == {"gitops-a"}


def test_a_chart_with_a_link_out_of_it_is_refused(repository: Repository, charts: WebServer, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as opened:
        member = tarfile.TarInfo("web/templates")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc"
        opened.addfile(member)
    charts.files["/charts/x.tgz"] = packed.getvalue()
    charts.files["/charts/index.yaml"] = index({"web": [("1.0.0", "x.tgz", "")]})
    assert "leads out of it" in repository.refusal(of(charts, "1.0.0"), sources=sources(tmp_path)).summary


# --- registries ----------------------------------------------------------------------------------------------------


@pytest.fixture
def registry(server: WebServer, repository: Repository, tmp_path: Path) -> WebServer:
    """A registry into which the real helm has pushed the chart ``web``; it wants a token for a user."""
    server.user, server.tokens = "robot:s3cret", True
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")}
    host = f"127.0.0.1:{server.port}"
    login = [repository.helm, "registry", "login", host, "--plain-http", "-u", "robot", "-p", "s3cret"]
    server.tokens = False
    subprocess.run(login, env=environment, check=True, capture_output=True)
    server.tokens = True
    for version in VERSIONS:
        path = tmp_path / f"web-{version}.tgz"
        path.write_bytes(chart("web", version))
        push = [repository.helm, "push", str(path), f"oci://{host}/charts", "--plain-http"]
        subprocess.run(push, env=environment, check=True, capture_output=True)
    server.requests.clear()
    return server


def opens(server: WebServer) -> RepositoryCredential:
    return RepositoryCredential(
        url=f"127.0.0.1:{server.port}/charts",
        username="robot",
        password="s3cret",
        is_template=True,
    )


@pytest.mark.parametrize(
    ("revision", "expected"),
    [("1.0.0", "1.0.0"), ("1.x", "1.1.0"), (">=2", "2.0.0+build.7"), ("2.0.0+build.7", "2.0.0+build.7")],
)
def test_oci_1_2_a_chart_of_a_registry_is_taken_by_version_or_constraint(
    repository: Repository, registry: WebServer, tmp_path: Path, revision: str, expected: str
) -> None:
    source = Source(repo_url=f"127.0.0.1:{registry.port}/charts", chart="web", target_revision=revision)
    found = repository.render(source, sources=sources(tmp_path, opens(registry)))
    assert [target.object["data"]["version"] for target in found.targets] == [expected]
    assert found.revisions == (expected,)


def test_oci_1_4_a_chart_can_be_an_artifact_and_its_revision_is_the_digest(
    repository: Repository, registry: WebServer, tmp_path: Path
) -> None:
    digest = "sha256:" + hashlib.sha256(registry.manifests["charts/web", "1.1.0"]).hexdigest()
    fetching = sources(tmp_path, opens(registry))
    for revision in ("1.1.0", "1.x", digest):
        source = Source(repo_url=f"oci://127.0.0.1:{registry.port}/charts/web", path=".", target_revision=revision)
        found = repository.render(source, sources=fetching)
        assert [target.object["data"]["version"] for target in found.targets] == ["1.1.0"]
        assert found.revisions == (digest,)
    assert registry.asked.count(f"GET /v2/charts/web/manifests/{digest}") == 1


def test_a_registry_that_refuses_is_named_without_the_credential(
    repository: Repository, registry: WebServer, tmp_path: Path
) -> None:
    registry.user = "robot:another"
    host = f"127.0.0.1:{registry.port}"
    source = Source(repo_url=f"127.0.0.1:{registry.port}/charts", chart="web", target_revision="1.x")
    refusal = repository.refusal(source, sources=sources(tmp_path, opens(registry)))
    assert refusal.summary == f"{host}/charts/web: access refused by {host} (401)"
    assert "s3cret" not in str(refusal)


def test_a_chart_version_that_the_registry_does_not_have(
    repository: Repository, registry: WebServer, tmp_path: Path
) -> None:
    fetching = sources(tmp_path, opens(registry))
    source = Source(repo_url=f"127.0.0.1:{registry.port}/charts", chart="web", target_revision="4.x")
    assert "the highest are 2.0.0+build.7, 1.2.0-rc.1" in repository.refusal(source, sources=fetching).summary
    source = Source(repo_url=f"oci://127.0.0.1:{registry.port}/charts/web", path=".", target_revision="latest")
    assert repository.refusal(source, sources=fetching).summary.endswith("/charts/web has no tag latest")


def test_oci_3_an_artifact_of_manifests(repository: Repository, server: WebServer, tmp_path: Path) -> None:
    layers = [
        ("application/vnd.oci.image.layer.v1.tar+gzip", archive({"web/a.yaml": config_map("a")})),
        ("application/vnd.dev.sigstore.bundle", b"{}"),
    ]
    digest = server.push_artifact("team/manifests", "v1", layers)
    source = Source(repo_url=f"oci://127.0.0.1:{server.port}/team/manifests", path="web", target_revision="v1")
    found = repository.render(source, sources=sources(tmp_path))
    assert ([target.name for target in found.targets], found.revisions) == (["a"], (digest,))


@pytest.mark.parametrize(
    "types", [["application/x.tar", "application/x.tar+gzip"], ["application/json"], ["application/x.tar"] * 11]
)
def test_oci_3_an_artifact_has_one_layer_of_files(
    repository: Repository, server: WebServer, tmp_path: Path, types: list[str]
) -> None:
    server.push_artifact("team/x", "v1", [(each, gzip.compress(b"")) for each in types])
    source = Source(repo_url=f"oci://127.0.0.1:{server.port}/team/x", path=".", target_revision="v1")
    assert f"has {len(types)} layers" in repository.refusal(source, sources=sources(tmp_path)).summary


def test_a_layer_that_is_not_what_the_manifest_says_is_refused(
    repository: Repository, server: WebServer, tmp_path: Path
) -> None:
    server.push_artifact("team/x", "v1", [("application/x.tar+gzip", archive({"a.yaml": config_map("a")}))])
    server.blobs = dict.fromkeys(server.blobs, archive({"a.yaml": config_map("evil")}))
    source = Source(repo_url=f"oci://127.0.0.1:{server.port}/team/x", path=".", target_revision="v1")
    assert "the content of sha256:" in repository.refusal(source, sources=sources(tmp_path)).summary


@pytest.mark.parametrize("form", ["{url}/charts", "{host}/charts", "oci://{host}/charts/web"])
def test_a_repository_or_registry_that_hangs_is_named_and_asked_once(
    repository: Repository, silent_server: str, tmp_path: Path, form: str
) -> None:
    host = silent_server.partition("://")[2]
    url = form.format(url=silent_server, host=host)
    source = Source(repo_url=url, target_revision="1.x", path=".")
    if not url.startswith("oci:"):
        source = replace(source, chart="web")
    fetching = sources(tmp_path, limits=Limits(web=0.2))
    first = repository.refusal(source, sources=fetching)
    assert first.summary.startswith(silent_server)
    assert first.summary.endswith("did not answer within 0.2 s")
    assert repository.refusal(source, sources=fetching) is first


# --- dependencies of a chart ---------------------------------------------------------------------------------------


def parent(repository: Repository, dependency: str, lock: str = "") -> Source:
    chart_yaml = f"apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- {dependency}\n"
    repository.write({"c/Chart.yaml": chart_yaml, **({"c/Chart.lock": lock} if lock else {})})
    return Source(path="c")


def test_rnd_11_a_dependency_comes_from_its_repository(
    repository: Repository, charts: WebServer, tmp_path: Path
) -> None:
    source = parent(repository, f"{{name: web, version: ~1.0, repository: {charts.url}/charts}}")
    before = repository.snapshot()

    found = repository.render(source, sources=sources(tmp_path))

    assert [target.object["data"]["version"] for target in found.targets] == ["1.0.0"]
    assert found.fetched == (f"{charts.url}/charts/web@1.0.0",)
    assert found.commands[0].startswith("cd c && helm dependency build . && helm template")
    assert repository.snapshot() == before


def test_rnd_11_the_lock_counts_before_the_constraint(
    repository: Repository, charts: WebServer, tmp_path: Path
) -> None:
    lock = f"dependencies:\n- {{name: web, version: 1.0.0, repository: {charts.url}/charts}}\n"
    source = parent(repository, f"{{name: web, version: '*', repository: {charts.url}/charts}}", lock)
    found = repository.render(source, sources=sources(tmp_path))
    assert [target.object["data"]["version"] for target in found.targets] == ["1.0.0"]


@pytest.mark.parametrize("form", ["oci://{host}/charts", "@team", "alias:team"])
def test_oci_5_a_dependency_comes_from_a_registry_or_a_named_repository(
    repository: Repository, registry: WebServer, tmp_path: Path, form: str
) -> None:
    host = f"127.0.0.1:{registry.port}"
    written = form.format(host=host)
    named = RepositoryCredential(url=f"{host}/charts", name="team", username="robot", password="s3cret")
    source = parent(repository, f"{{name: web, version: 1.x, repository: '{written}'}}")
    found = repository.render(source, sources=sources(tmp_path, named))
    assert [target.object["data"]["version"] for target in found.targets] == ["1.1.0"]


def test_rnd_11_a_repository_that_the_project_does_not_permit(
    repository: Repository, charts: WebServer, tmp_path: Path
) -> None:
    source = parent(repository, f"{{name: web, version: 1.x, repository: {charts.url}/charts}}")
    fetching = sources(tmp_path, permits=lambda project, url: False)
    assert repository.refusal(source, sources=fetching).summary == (
        f"the dependency web of c: helm repos {charts.url}/charts are not permitted in project 'default'"
    )


def test_a_dependency_of_an_unknown_name(repository: Repository, tmp_path: Path) -> None:
    source = parent(repository, "{name: web, version: 1.x, repository: '@nobody'}")
    assert repository.refusal(source, sources=sources(tmp_path)).summary == (
        "the dependency web of c: no repository is named nobody"
    )
