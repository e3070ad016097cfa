"""Templates: what is rendered, by which engine, and what of an Application the template cannot decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.applicationset.engine import TemplateError
from gitops_action.applicationset.go_template import GoTemplates
from gitops_action.applicationset.model import SetConditionType
from gitops_action.applicationset.params import TextMap, normalize
from gitops_action.applicationset.template import merged

if TYPE_CHECKING:
    from gitops_action.ports import Command, Completed
    from tests.applicationset.sets import World

SIMPLE = """\
generators: [{list: {elements: [{env: prod, key: team}]}}]
template:
  metadata:
    name: 'web-{{env}}'
    namespace: elsewhere
    labels: {'{{ key }}': '{{  env  }}'}
  spec:
    project: default
    source: {repoURL: 'https://x', path: '{{unknown}}/{{ }}', helm: {valuesObject: {'{{key}}': ['{{env}}', 3, null]}}}
    destination: {namespace: '{{env}}'}
"""


def test_every_text_and_key_is_rendered_and_what_is_unknown_stays(world: World) -> None:  # APS-1, APS-2, APS-7
    assert world.applications(SIMPLE) == [
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {
                "name": "web-prod",
                "namespace": "gitops",
                "labels": {"team": "prod"},
                "finalizers": ["resources-finalizer.argocd.argoproj.io"],
            },
            "spec": {
                "project": "default",
                "source": {
                    "repoURL": "https://x",
                    "path": "{{unknown}}/{{ }}",
                    "helm": {"valuesObject": {"team": ["prod", 3, None]}},
                },
                "destination": {"namespace": "prod"},
            },
        }
    ]


def test_only_text_parameters_are_filled_in_without_go_templates(world: World) -> None:  # APS-2
    engine = world.engine(go=False)
    assert engine.render("{{n}}-{{s}}", [{"n": 3, "s": "x"}]) == ["{{n}}-x"]
    assert engine.render("{{\nkey}} and {{\n}}", [{"key": "x"}]) == ["{{\nkey}} and {{\n}}"]
    (error,) = engine.render("{{a}} {{b", [{"a": "x"}])
    assert isinstance(error, TemplateError)
    assert "is not closed" in error.message


def test_go_templates_are_gos_own(world: World) -> None:  # APS-3
    render = world.engine(go=True).render
    assert render(
        {"{{ .k }}": "{{ range .list }}{{ . | upper }}{{ end }}", "gone": None, "n": 10000000},
        [{"k": "a", "list": ["x", "y"]}, {"k": "b", "list": []}],
    ) == [{"a": "XY", "n": 10000000}, {"b": "", "n": 10000000}]
    assert render("{{ .missing }}", [{"a": "b"}]) == ["<no value>"]
    (error,) = render('{{ env "HOME" }}', [{"a": "b"}])
    assert isinstance(error, TemplateError)


def test_a_missing_parameter_is_an_error_on_request_and_names_the_parameters(world: World) -> None:  # APS-3, APS-9
    spec = """\
goTemplate: true
goTemplateOptions: [missingkey=error]
generators: [{list: {elements: [{name: a, team: x}, {name: b}]}}]
template: {metadata: {name: '{{ .name }}-{{ .team }}'}, spec: {project: default}}
"""
    message = world.error(spec)
    assert message.startswith("the template cannot be rendered: cannot render the template")
    assert 'map has no entry for key "team"\nParameters: {"name": "b"}' in message


def test_an_option_that_go_does_not_know_is_an_error(world: World) -> None:
    spec = "goTemplate: true\ngoTemplateOptions: [missingkey=maybe]\ngenerators: [{list: {elements: [{a: b}]}}]\n"
    message = world.error(spec + "template: {metadata: {name: '{{ .a }}'}}")
    assert message == "cannot render the templates: goTemplateOptions: unrecognized option: missingkey=maybe"


def test_index_finds_an_empty_text_in_maps_that_are_texts_in_go(world: World) -> None:
    render = world.engine(go=True).render
    template = '{{ index .labels "gone" }}'
    assert render(template, [{"labels": TextMap(a="b")}, {"labels": {"a": "b"}}]) == ["", "<no value>"]


@pytest.mark.parametrize(
    ("name", "normalized"),
    [("Prod_EU", "prod-eu"), (".-a-.", "a"), ("a" * 300, "a" * 253), ("ä/b", "--b".strip("-")), ("", "")],
)
def test_normalized_names_are_dns_subdomains(name: str, normalized: str) -> None:  # APS-4
    assert normalize(name) == normalized


def test_slugs_are_short(world: World) -> None:  # APS-4
    text = "feat/a_really+long_pull_request_name_to_test_argo_slugification_and_branch_name_shortening_feature"
    render = world.engine(go=True).render
    assert render("{{ slugify 23 .t }}|{{ slugify 10 false .t }}|{{ slugify .t }}", [{"t": text}]) == [
        "feat-a-really-long-pull|feat-a-rea|feat-a-really-long-pull-request-name-to-test-argo"
    ]


def test_no_parameters_leave_the_template_as_it_is_and_without_finalizer(world: World) -> None:  # APS-1
    spec = "generators: [{list: {elements: [{}]}}]\ntemplate: {metadata: {name: web}, spec: {project: '{{env}}'}}"
    (application,) = world.applications(spec)
    assert application["metadata"] == {"name": "web", "namespace": "gitops"}
    assert application["spec"] == {"project": "{{env}}"}


@pytest.mark.parametrize(
    ("policy", "metadata", "finalizers"),
    [
        ("{}", "{}", ["resources-finalizer.argocd.argoproj.io"]),
        ("{preserveResourcesOnDeletion: true}", "{}", None),
        ("{}", "{finalizers: [mine/x]}", ["mine/x"]),
    ],
)
def test_the_default_finalizer(world: World, policy: str, metadata: str, finalizers: list[str] | None) -> None:  # APS-7
    spec = f"""\
syncPolicy: {policy}
generators: [{{list: {{elements: [{{a: b}}], template: {{metadata: {metadata}, spec: {{}}}}}}}}]
template: {{metadata: {{name: web}}, spec: {{project: default}}}}
"""
    (application,) = world.applications(spec)
    assert application["metadata"].get("finalizers") == finalizers


def test_a_generators_template_wins_and_the_sets_fills_what_is_empty() -> None:  # APS-5
    own = {"metadata": {"labels": {"a": "own", "b": ""}}, "spec": {"sources": [1], "prune": False, "helm": {}}}
    base = {
        "metadata": {"name": "web", "labels": {"a": "base", "b": "base", "c": "base"}},
        "spec": {"sources": [2, 3], "prune": True, "helm": {"values": "x"}},
    }
    assert merged(own, base) == {
        "metadata": {"name": "web", "labels": {"a": "own", "b": "base", "c": "base"}},
        "spec": {"sources": [1], "prune": True, "helm": {"values": "x"}},
    }


PATCHED = """\
goTemplate: true
generators: [{list: {elements: [{name: a, prune: true}, {name: b, prune: false}]}}]
template:
  metadata: {name: '{{ .name }}', annotations: {keep: x, drop: x}, finalizers: [one]}
  spec:
    project: default
    source: {repoURL: 'https://x', path: web, helm: {valueFiles: [base.yaml]}}
templatePatch: |
  {{- if .prune }}
  metadata: {annotations: {drop: null, name: '{{ .name }}'}, finalizers: [two, one]}
  spec:
    project: another
    source: {helm: {valueFiles: [one.yaml, two.yaml]}}
    syncPolicy: {automated: {prune: {{ .prune }}, selfHeal: null}}
  {{- end }}
"""


def test_a_patch_is_merged_over_the_rendered_application_and_cannot_move_it(world: World) -> None:  # APS-6
    first, second = world.applications(PATCHED)
    assert first["metadata"]["annotations"] == {"keep": "x", "name": "a"}
    assert first["metadata"]["finalizers"] == ["one", "two"]
    assert first["spec"] == {
        "project": "default",
        "source": {"repoURL": "https://x", "path": "web", "helm": {"valueFiles": ["one.yaml", "two.yaml"]}},
        "syncPolicy": {"automated": {"prune": True}},
    }
    assert second["metadata"]["annotations"] == {"keep": "x", "drop": "x"}


@pytest.mark.parametrize(
    ("patch", "says"),
    [
        ("spec: [", "templatePatch:2: "),
        ("'- a'", "templatePatch is no Application"),
        ('{"spec": {"$patch": "merge"}}', "templatePatch has an unknown directive $patch: merge"),
    ],
)
def test_a_patch_that_is_none_is_an_error(world: World, patch: str, says: str) -> None:  # APS-6
    spec = "generators: [{list: {elements: [{a: b}]}}]\ntemplate: {metadata: {name: x}, spec: {project: p}}\n"
    assert world.error(f"{spec}templatePatch: |\n  {patch}\n").startswith(says)


def test_directives_of_a_patch(world: World) -> None:  # APS-6
    spec = """\
generators: [{list: {elements: [{a: b}]}}]
template:
  metadata: {name: x, finalizers: [one, two], labels: {a: b}}
  spec: {project: p, source: {repoURL: 'https://x', path: web}, destination: {server: s, namespace: n}}
templatePatch: |
  metadata: {$deleteFromPrimitiveList/finalizers: [one], labels: {$patch: delete}}
  spec: {source: {$patch: replace, repoURL: 'https://{{a}}'}, destination: {$retainKeys: [name], name: c}}
"""
    (application,) = world.applications(spec)
    assert application["metadata"] == {"name": "x", "namespace": "gitops", "finalizers": ["two"], "labels": {}}
    assert application["spec"]["source"] == {"repoURL": "https://b"}


@pytest.mark.parametrize(("name", "shown"), [("'{{env}}'", "'Prod'"), ("'a_b'", "'a_b'"), ("''", "''")])
def test_a_name_that_is_no_dns_name_is_an_error_naming_the_parameters(world: World, name: str, shown: str) -> None:
    spec = "generators: [{list: {elements: [{env: Prod}]}}]\ntemplate: {metadata: {name: NAME}, spec: {}}"
    assert world.error(spec.replace("NAME", name)) == (  # APS-10
        f"an application would be named {shown}, which is no DNS name\n" + 'Parameters: {"env": "Prod"}'
    )


def test_a_name_that_two_have_is_an_error_naming_the_parameters_of_both(world: World) -> None:  # APS-10
    spec = "generators: [{list: {elements: [{env: a}, {env: b}]}}]\ntemplate: {metadata: {name: web}, spec: {}}"
    assert world.error(spec) == (
        'two applications would be named web\nParameters: {"env": "a"}\nParameters: {"env": "b"}'
    )


def test_too_many_applications_are_refused_with_the_limit(world: World) -> None:
    lists = (", ".join(f"{{{name}: '{number}'}}" for number in range(101)) for name in "ab")
    generators = ", ".join(f"{{list: {{elements: [{elements}]}}}}" for elements in lists)
    spec = f"generators: [{{matrix: {{generators: [{generators}]}}}}]\ntemplate: {{metadata: {{name: x}}, spec: {{}}}}"
    assert world.error(spec) == "10201 applications would be generated; 10000 is the limit"


def test_no_applications_are_fine_and_said(world: World) -> None:
    generated = world.generate("generators: [{list: {elements: []}}]\ntemplate: {metadata: {name: x}, spec: {}}")
    assert generated.applications == ()
    assert [condition.type for condition in generated.conditions] == [SetConditionType.NO_APPLICATIONS]


class Counting:
    """Runs processes and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def run(self, command: Command) -> Completed:
        self.count += 1
        return SubprocessProcess().run(command)


def test_a_thousand_applications_need_one_process(world: World) -> None:
    process = Counting()
    engine = GoTemplates(process=process, program=world.program)
    assert len(engine.render("{{ .n }}", [{"n": str(number)} for number in range(1000)])) == 1000
    assert process.count == 1
