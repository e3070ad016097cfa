"""Helm sources: the command (pure but for the look at value files), and what the real helm makes of it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gitops_action.application.application import (
    HelmFileParameter,
    HelmParameter,
    HelmSource,
    Source,
)
from gitops_action.errors import ApplicationError
from gitops_action.rendering.helm import helm_command
from tests.rendering.conftest import REVISION, Repository, config_map

CHART = "apiVersion: v2\nname: web\nversion: 1.2.3\n"
ECHO = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: echo}
    data:
      values: {{ .Values | toJson | quote }}
      release: {{ .Release.Name }} {{ .Release.Namespace }}
      kube: {{ .Capabilities.KubeVersion.Version }}
      has-route: {{ .Capabilities.APIVersions.Has "acme.io/v1/Route" | quote }}
"""


def chart(repository: Repository, path: str = "charts/web", **files: str) -> Repository:
    return repository.write(
        {
            f"{path}/Chart.yaml": CHART,
            f"{path}/values.yaml": "a: chart\nb: chart\n",
            f"{path}/templates/echo.yaml": ECHO,
        }
        | {f"{path}/{name}": content for name, content in files.items()}
    )


def echo(repository: Repository, helm: HelmSource | None = None, path: str = "charts/web", **changes: Any) -> str:
    rendered = repository.render(Source(path=path, helm=helm), **changes)
    (target,) = [target for target in rendered.targets if target.name == "echo"]
    return str(target.object["data"]["values"])


def argv(repository: Repository, helm: HelmSource, **changes: Any) -> list[str]:
    chart(repository)
    return list(helm_command(helm, repository.request("charts/web", **changes)).argv[1:])


def test_a_plain_chart_is_rendered_with_its_crds_into_the_destinations_namespace(repository: Repository) -> None:
    assert argv(repository, HelmSource()) == ["template", "web", ".", "--namespace", "shop", "--include-crds"]


def test_every_field_has_its_flag(repository: Repository) -> None:
    repository.write({"values/prod.yaml": "", "charts/web/cert.pem": ""})
    helm = HelmSource(
        release_name="shop-web",
        namespace="other",
        kube_version="v1.31.2-gke.100",
        api_versions=("acme.io/v1", "acme.io/v1/Route"),
        value_files=("values.yaml", "../../values/prod.yaml"),
        parameters=(HelmParameter(name="a", value="1"), HelmParameter(name="b", value="2", force_string=True)),
        file_parameters=(HelmFileParameter(name="cert", path="cert.pem"),),
        values="c: 3",
        skip_crds=True,
        skip_tests=True,
        skip_schema_validation=True,
        version="v3",
    )

    assert argv(repository, helm) == [
        *("template", "shop-web", ".", "--namespace", "other", "--kube-version", "1.31.2"),
        *("--set", "a=1", "--set-string", "b=2", "--set-file", "cert=./cert.pem"),
        *("--values", "./values.yaml", "--values", "../../values/prod.yaml", "--values", "-"),
        *("--skip-schema-validation", "--skip-tests", "--api-versions", "acme.io/v1,acme.io/v1/Route"),
    ]
    assert helm_command(helm, repository.request("charts/web")).stdin == b"c: 3"


@pytest.mark.parametrize(
    ("text", "version"),
    [("v1.31.2", "1.31.2"), ("1.31", "1.31.0"), ("v1.32.0+k3s1", "1.32.0"), ("1.29.3-eks-1234", "1.29.3")],
)
def test_the_clusters_version_is_reduced_to_numbers(repository: Repository, text: str, version: str) -> None:
    assert argv(repository, HelmSource(), kube_version=text)[5:7] == ["--kube-version", version]


@pytest.mark.parametrize(
    ("helm", "message"),
    [
        (HelmSource(version="v2"), "helm version 'v2' is not supported"),
        (HelmSource(kube_version="latest"), "'latest' is not a Kubernetes version"),
        (HelmSource(release_name="--post-renderer"), "'--post-renderer' cannot be the name of a Helm release"),
        (HelmSource(release_name="{{ env }}"), "'{{ env }}' cannot be the name of a Helm release"),
    ],
)
def test_what_helm_cannot_take_is_refused_before_it_runs(
    repository: Repository, helm: HelmSource, message: str
) -> None:
    with pytest.raises(ApplicationError) as caught:
        argv(repository, helm)

    assert caught.value.summary == message


def test_the_cluster_is_what_discovery_says(repository: Repository) -> None:
    versions = tuple(f"group{number}.acme.io/v1/Kind{number}" for number in range(400))
    rendered = chart(repository).render(
        Source(path="charts/web"), kube_version="v1.37.2", api_versions=(*versions, "acme.io/v1/Route")
    )

    data = rendered.targets[0].object["data"]
    assert (data["release"], data["kube"], data["has-route"]) == ("web shop", "v1.37.2", "true")


def test_precedence_is_chart_then_files_in_order_then_values_then_parameters(repository: Repository) -> None:
    repository.write({"charts/web/1.yaml": "b: one\nc: one\nd: one\ne: one\n", "charts/web/2.yaml": "c: two\nd: two\n"})
    helm = HelmSource(
        value_files=("1.yaml", "2.yaml"),
        values_object={"d": "object", "e": "object"},
        values="d: text\nf: text\n",
        parameters=(HelmParameter(name="e", value="first"), HelmParameter(name="e", value="parameter")),
    )

    assert echo(chart(repository), helm) == '{"a":"chart","b":"one","c":"two","d":"object","e":"parameter"}'


def test_parameters_are_typed_unless_forced_and_may_hold_commas_and_lists(repository: Repository) -> None:
    helm = HelmSource(
        parameters=(
            HelmParameter(name="a", value="1"),
            HelmParameter(name="b", value="1", force_string=True),
            HelmParameter(name="c.d", value="x,y=z"),
            HelmParameter(name="e", value="x\\,y"),
            HelmParameter(name="f", value="{x,y}"),
            HelmParameter(name="g", value="$ARGOCD_APP_REVISION_SHORT-$$"),
        )
    )

    assert echo(chart(repository), helm) == (
        '{"a":1,"b":"1","c":{"d":"x,y=z"},"e":"x,y","f":["x","y"],"g":"' + REVISION[:7] + '-$"}'
    )


def test_inline_values_are_not_substituted(repository: Repository) -> None:
    assert echo(chart(repository), HelmSource(values="b: $ARGOCD_APP_NAME $$")) == (
        '{"a":"chart","b":"$ARGOCD_APP_NAME $$"}'
    )


def test_no_name_or_path_can_name_a_second_file(repository: Repository) -> None:
    repository.write({"charts/web/x,y.yaml": "b: comma\n", 'charts/web/q".yaml': "a: quote\n", "../secret": "s"})
    chart(repository)
    both = HelmSource(
        value_files=("x,y.yaml", 'q".yaml'), file_parameters=(HelmFileParameter(name="f", path="x,y.yaml"),)
    )

    assert echo(repository, both) == '{"a":"quote","b":"comma","f":"b: comma\\n"}'
    escaping = HelmSource(value_files=("values.yaml,../../../secret",))
    assert "no such file" in repository.refusal(Source(path="charts/web", helm=escaping)).summary
    names = HelmSource(file_parameters=(HelmFileParameter(name="a=/etc/hostname,b", path="values.yaml"),))
    assert "holds '=', ','" in repository.refusal(Source(path="charts/web", helm=names)).summary
    outside = HelmSource(file_parameters=(HelmFileParameter(name="a", path="../../../secret"),))
    assert "outside repository root" in repository.refusal(Source(path="charts/web", helm=outside)).summary


def test_a_values_file_called_like_standard_input_is_a_file(repository: Repository) -> None:
    repository.write({"charts/web/-": "b: dash\n"})

    assert echo(chart(repository), HelmSource(value_files=("-",))) == '{"a":"chart","b":"dash"}'


def test_crds_hooks_and_tests_stay_in_the_output_and_notes_do_not_rnd_12(repository: Repository) -> None:
    hook = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {0}\n  annotations:\n    helm.sh/hook: {0}\n"
    crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: routes.acme.io\n"
    chart(
        repository,
        **{
            "templates/test.yaml": hook.format("test"),
            "templates/job.yaml": hook.format("pre-install"),
            "templates/NOTES.txt": "kind: Notes",
            "crds/crd.yaml": crd,
        },
    )

    def names(helm: HelmSource) -> set[str]:
        return {target.name for target in repository.render(Source(path="charts/web", helm=helm)).targets}

    assert names(HelmSource()) == {"echo", "test", "pre-install", "routes.acme.io"}
    assert names(HelmSource(skip_crds=True, skip_tests=True)) == {"echo", "pre-install"}


@pytest.mark.parametrize(
    ("template", "summary"),
    [
        (
            "a: {{ .Values.a.b.c }}\n",
            (
                'helm: web/templates/bad.yaml:1:13 executing "web/templates/bad.yaml" at <.Values.a.b.c>:'
                " can't evaluate field b in type interface {}"
            ),
        ),
        ("{{ if }}\n", "helm: parse error at (web/templates/bad.yaml:1): missing value for if"),
        ('{{ fail "set a host" }}\n', "helm: execution error at (web/templates/bad.yaml:1:3): set a host"),
        (
            "a: b: c\n",
            (
                "helm: YAML parse error on web/templates/bad.yaml: error converting YAML to JSON: yaml:"
                " mapping values are not allowed in this context"
            ),
        ),
    ],
)
def test_a_broken_chart_is_helms_own_words_with_template_and_line(
    repository: Repository, template: str, summary: str
) -> None:
    chart(repository, **{"templates/bad.yaml": template})

    refusal = repository.refusal(Source(path="charts/web"), api_versions=("v1", "apps/v1"))

    assert refusal.summary == summary
    assert refusal.detail.endswith(
        "To reproduce (without the cluster's API versions): "
        "cd charts/web && helm template web . --namespace shop --include-crds"
    )


def test_no_path_of_this_machine_is_in_an_error(repository: Repository) -> None:
    chart(repository)

    refusal = repository.refusal(Source(path="charts/web", helm=HelmSource(value_files=("/no/such.yaml",))))

    assert refusal.summary == "helm: open ../../no/such.yaml: no such file or directory"
    assert str(repository.root) not in str(refusal)


def test_rnd_13_a_directory_without_a_chart_is_an_error(repository: Repository) -> None:
    repository.write({"web/a.yaml": config_map("a")})

    refusal = repository.refusal(Source(path="web", helm=HelmSource(release_name="x")))

    assert refusal.summary.endswith("open web/Chart.yaml: no such file or directory")


def test_rnd_11_a_dependency_in_the_repository_is_used_without_writing_the_chart(repository: Repository) -> None:
    dependency = "dependencies:\n- {name: lib, version: 1.x, repository: file://../lib}\n"
    repository.write(
        {
            "charts/web/Chart.yaml": CHART + dependency,
            "charts/web/templates/a.yaml": config_map("from-web"),
            "charts/web/values.yaml": "lib: {name: from-lib}\n",
            "charts/web/.helmignore": "*.md\n",
            "charts/lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\n",
            "charts/lib/templates/a.yaml": config_map("{{ .Values.name }}"),
            "values.yaml": "lib: {name: from-values}\n",
        }
    )
    before = repository.snapshot()

    rendered = repository.render(Source(path="charts/web", helm=HelmSource(value_files=("/values.yaml",))))

    assert sorted(target.name for target in rendered.targets) == ["from-values", "from-web"]
    assert rendered.commands == (
        (
            "cd charts/web && helm dependency build . && "
            "helm template web . --namespace shop --values ../../values.yaml --include-crds"
        ),
    )
    assert repository.snapshot() == before


@pytest.mark.parametrize(
    ("url", "summary"),
    [
        ("https://charts.example", "missing in charts/ directory: lib"),
        ("oci://charts.example", "missing in charts/ directory: lib"),
        ('"@alias"', "missing in charts/ directory: lib"),
        ("file://../../../outside", "the dependency lib (file://../../../outside) is outside of the repository"),
        ("file:///etc", "the dependency lib (file:///etc) is outside of the repository"),
        ("file://../empty", "the dependency lib (file://../empty): charts/empty holds no chart"),
    ],
)
def test_rnd_11_other_dependencies_must_be_vendored(repository: Repository, url: str, summary: str) -> None:
    dependency = f"dependencies:\n- {{name: lib, version: 1.x, repository: {url}}}\n"
    repository.write({"charts/web/Chart.yaml": CHART + dependency, "../outside/Chart.yaml": "name: lib\n"})

    refusal = repository.refusal(Source(path="charts/web"))

    assert summary in refusal.summary
    if "missing" in summary:
        assert refusal.remedy.startswith("Run `helm dependency build charts/web` and commit its charts/ directory")


def test_rnd_11_a_dependency_in_the_repository_joins_the_vendored_ones(repository: Repository) -> None:
    dependencies = (
        "dependencies:\n- {name: lib, version: 1.x, repository: file://../lib}\n"
        "- {name: remote, version: 1.x, repository: https://charts.example}\n"
    )
    for name, folder in {"lib": "charts/lib", "remote": "charts/web/charts/remote"}.items():
        repository.write(
            {
                f"{folder}/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n",
                f"{folder}/templates/a.yaml": config_map(f"from-{name}"),
            }
        )
    repository.write({"charts/web/Chart.yaml": CHART + dependencies})

    rendered = repository.render(Source(path="charts/web"))

    assert sorted(target.name for target in rendered.targets) == ["from-lib", "from-remote"]


def test_a_vendored_dependency_is_used(repository: Repository) -> None:
    dependency = "dependencies:\n- {name: lib, version: 1.x, repository: https://charts.example}\n"
    repository.write(
        {
            "web/Chart.yaml": CHART + dependency,
            "web/charts/lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\n",
            "web/charts/lib/templates/a.yaml": config_map("from-lib"),
        }
    )

    assert [target.name for target in repository.render(Source(path="web")).targets] == ["from-lib"]


def test_a_chart_that_never_ends_is_stopped(repository: Repository) -> None:
    chart(repository, **{"templates/bad.yaml": "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}"})
    begin = time.monotonic()

    refusal = repository.refusal(Source(path="charts/web"), timeout=1)

    assert refusal.summary == "helm did not end within 1 s and was stopped"
    assert time.monotonic() - begin < 10


def test_output_that_is_no_object_names_the_renderer(repository: Repository) -> None:
    chart(repository, **{"templates/bad.yaml": "replicas: 3\n"})

    refusal = repository.refusal(Source(path="charts/web"))

    assert refusal.summary == "helm output of charts/web: an object has no kind"


def test_a_parameter_that_sounds_like_a_credential_is_not_shown(repository: Repository) -> None:
    helm = HelmSource(
        parameters=(
            HelmParameter(name="db.password", value="hunter2 'quoted'"),
            HelmParameter(name="api.token", value="{unclosed-tok3n", force_string=True),
            HelmParameter(name="tag", value="1.0"),
        )
    )

    refusal = chart(repository).refusal(Source(path="charts/web", helm=helm))

    assert "hunter2" not in str(refusal)
    assert "tok3n" not in str(refusal)
    assert "--set db.password=*** --set tag=1.0" in refusal.detail.replace(" --set-string api.token=***", "")


def test_a_release_is_rendered_under_the_applications_plain_name(repository: Repository) -> None:
    assert "helm template web ." in chart(repository).render(Source(path="charts/web"), name="web").commands[0]


def test_a_values_file_that_is_a_git_lfs_pointer_is_refused(repository: Repository) -> None:
    chart(repository).write({"env/big.yaml": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"})

    refusal = repository.refusal(Source(path="charts/web", helm=HelmSource(value_files=("/env/*.yaml",))))

    assert refusal.summary == "env/big.yaml is a Git LFS pointer, its content is not checked out"
