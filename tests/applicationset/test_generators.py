"""Each generator's parameters by their exact names, with and without Go templates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.applicationset.inputs import ClusterEntry, PullRequestEntry
from gitops_action.errors import ApplicationError
from tests.applicationset.sets import REPOSITORY, World

if TYPE_CHECKING:
    from collections.abc import Mapping

EU = ClusterEntry(
    name="Prod_EU",
    server="https://eu.example",
    project="shop",
    labels={"env": "prod", "argocd.argoproj.io/secret-type": "cluster"},
    annotations={"owner": "web", "kubectl.kubernetes.io/last-applied-configuration": "{secret}"},
)
US = ClusterEntry(name="us", server="https://us.example", labels={"env": "test"})
LOCAL = {
    "name": "in-cluster",
    "nameNormalized": "in-cluster",
    "server": "https://kubernetes.default.svc",
    "project": "",
}


# --- list ------------------------------------------------------------------------------------------------------------


def test_list_elements_are_the_parameters(world: World) -> None:
    generator = "list: {elements: [{env: prod, values: {a: b}}], elementsYaml: '[{nr: 1}]'}"
    assert world.params(generator) == [{"env": "prod", "values.a": "b"}, {"nr": 1}]
    assert world.params(generator, go=True) == [{"env": "prod", "values": {"a": "b"}}, {"nr": 1}]


@pytest.mark.parametrize(
    ("generator", "says"),
    [
        ("list: {elements: [{replicas: 3}]}", "replicas of a list's element is no text"),
        ("list: {elements: [{values: {a: 3}}]}", "values.a of a list's element is no text"),
        ("list: {elements: [{values: a}]}", "values of a list's element is no mapping"),
        ("list: {elements: [text]}", r"list.elements\[0\] is no mapping"),
        ("list: {elements: {a: b}}", "list.elements is no list"),
        ("list: {elementsYaml: 'a: b'}", "list.elementsYaml is no list"),
        ("list: {elementsYaml: '['}", "list.elementsYaml:2: "),
        ("list: {elementsYaml: 3}", "list.elementsYaml is an integer, not a string"),
        ("list: text", "the generator list is no mapping"),
    ],
)
def test_a_list_that_is_wrong_says_what(world: World, generator: str, says: str) -> None:
    with pytest.raises(ApplicationError, match=says):
        world.params(generator)


# --- clusters --------------------------------------------------------------------------------------------------------


def test_clusters_are_all_secrets_by_name_and_the_local_one_last(world: World) -> None:
    seen = replace(world, clusters=(US, EU))
    assert seen.params("clusters: {values: {where: '{{name}}'}}") == [
        {
            "name": "Prod_EU",
            "nameNormalized": "prod-eu",
            "server": "https://eu.example",
            "project": "shop",
            "metadata.labels.env": "prod",
            "metadata.labels.argocd.argoproj.io/secret-type": "cluster",
            "metadata.annotations.owner": "web",
            "values.where": "Prod_EU",
        },
        {
            "name": "us",
            "nameNormalized": "us",
            "server": "https://us.example",
            "project": "",
            "metadata.labels.env": "test",
            "values.where": "us",
        },
        {**LOCAL, "values.where": "in-cluster"},
    ]


def test_clusters_with_go_templates_have_nested_labels(world: World) -> None:
    eu, local = replace(world, clusters=(EU,)).params("clusters: {values: {where: '{{ .name }}'}}", go=True)
    assert eu == {
        "name": "Prod_EU",
        "nameNormalized": "prod-eu",
        "server": "https://eu.example",
        "project": "shop",
        "metadata": {"labels": dict(EU.labels), "annotations": {"owner": "web"}},
        "values": {"where": "Prod_EU"},
    }
    assert local == {**LOCAL, "values": {"where": "in-cluster"}}
    (bare, _) = replace(world, clusters=(ClusterEntry(name="bare", server="https://bare"),)).params(
        "clusters: {}", go=True
    )
    assert bare["metadata"] == {}


def test_any_selector_leaves_out_the_local_cluster(world: World) -> None:
    seen = replace(world, clusters=(US, EU))

    def names(selector: str) -> list[str]:
        return [each["name"] for each in seen.params(f"clusters: {{selector: {selector}}}")]

    assert names("{}") == ["Prod_EU", "us", "in-cluster"]
    assert names("{matchLabels: {env: prod}}") == ["Prod_EU"]
    assert names("{matchLabels: {argocd.argoproj.io/secret-type: cluster}}") == ["Prod_EU", "us"]
    assert names("{matchExpressions: [{key: env, operator: NotIn, values: [prod]}]}") == ["us"]
    assert names("{matchExpressions: [{key: gone, operator: DoesNotExist}]}") == ["Prod_EU", "us"]
    assert names("{matchExpressions: [{key: gone, operator: Exists}]}") == []


def test_a_secret_for_the_local_cluster_stands_for_it(world: World) -> None:
    local = ClusterEntry(name="here", server="https://kubernetes.default.svc")
    assert [each["name"] for each in replace(world, clusters=(local,)).params("clusters: {}")] == ["here"]


def test_a_flat_list_is_one_set_of_all_clusters(world: World) -> None:
    seen = replace(world, clusters=(US,))
    (params,) = seen.params("clusters: {flatList: true, values: {a: b}}", go=True)
    assert params == {
        "clusters": [
            {
                "name": "us",
                "nameNormalized": "us",
                "server": "https://us.example",
                "project": "",
                "metadata": {"labels": {"env": "test"}},
                "values": {"a": "b"},
            },
            {**LOCAL, "values": {"a": "b"}},
        ]
    }


# --- git -------------------------------------------------------------------------------------------------------------

FILES = {
    "README.md": "",
    "apps/a/x.yaml": "",
    "apps/Bee_1/y.yaml": "",
    "apps/a/deep/z.yaml": "",
    "apps/.hidden/h.yaml": "",
    "apps/old/o.yaml": "",
}


def git(world: World, fields: str, *, files: Mapping[str, str] = FILES, go: bool = False, new: bool = False) -> Any:
    generator = f"git: {{repoURL: {REPOSITORY}, revision: HEAD, {fields}}}"
    return replace(world, files=files, new_globbing=new).params(generator, go=go)


def test_git_directories_are_parameters(world: World) -> None:
    fields = "directories: [{path: apps/*}, {path: apps/old, exclude: true}], values: {v: '{{path.basename}}!'}"
    assert git(world, fields) == [
        {
            "path": "apps/Bee_1",
            "path.basename": "Bee_1",
            "path.basenameNormalized": "bee-1",
            "path[0]": "apps",
            "path[1]": "Bee_1",
            "values.v": "Bee_1!",
        },
        {
            "path": "apps/a",
            "path.basename": "a",
            "path.basenameNormalized": "a",
            "path[0]": "apps",
            "path[1]": "a",
            "values.v": "a!",
        },
    ]


def test_git_directories_with_go_templates_are_one_mapping(world: World) -> None:
    fields = "directories: [{path: 'apps/*/*'}], values: {v: '{{ .path.basename }}!'}"
    of_path = {
        "path": "apps/a/deep",
        "basename": "deep",
        "basenameNormalized": "deep",
        "segments": ["apps", "a", "deep"],
    }
    assert git(world, fields, go=True) == [{"path": of_path, "values": {"v": "deep!"}}]


def test_a_path_prefix_moves_all_about_the_path(world: World) -> None:
    fields = "pathParamPrefix: app, directories: [{path: apps/a}]"
    assert git(world, fields) == [
        {
            "app.path": "apps/a",
            "app.path.basename": "a",
            "app.path.basenameNormalized": "a",
            "app.path[0]": "apps",
            "app.path[1]": "a",
        }
    ]
    assert git(world, fields, go=True) == [
        {"app": {"path": {"path": "apps/a", "basename": "a", "basenameNormalized": "a", "segments": ["apps", "a"]}}}
    ]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*", ["apps"]),
        ("apps/*", ["apps/Bee_1", "apps/a", "apps/old"]),
        ("apps/[a-m]*", ["apps/a"]),
        ("apps/[^a]*", ["apps/Bee_1", "apps/old"]),
        ("apps/?", ["apps/a"]),
        ("apps/a/", []),
        ("apps/[", []),
        (".", []),
        ("apps/.hidden", []),
    ],
)
def test_a_star_stays_within_a_name_of_a_directory(world: World, pattern: str, found: list[str]) -> None:
    assert [each["path"] for each in git(world, f"directories: [{{path: '{pattern}'}}]")] == found


def test_directories_count_where_files_are_named_too(world: World) -> None:
    fields = "directories: [{path: apps}], files: [{path: '**'}]"
    assert [each["path"] for each in git(world, fields)] == ["apps"]


CONFIG = """\
env: prod
nr: 1000000
ratio: 0.5
on: true
nothing: null
deep: {list: [a, {b: c}], empty: {}}
"""


def test_git_files_give_their_content_flattened_and_the_path(world: World) -> None:
    assert git(world, "files: [{path: 'c/**/Config_1.yaml'}]", files={"c/x/Config_1.yaml": CONFIG}) == [
        {
            "env": "prod",
            "nr": "1e+06",
            "ratio": "0.5",
            "true": "true",
            "nothing": "<nil>",
            "deep.list.0": "a",
            "deep.list.1.b": "c",
            "path": "c/x",
            "path.basename": "x",
            "path.basenameNormalized": "x",
            "path.filename": "Config_1.yaml",
            "path.filenameNormalized": "config-1.yaml",
            "path[0]": "c",
            "path[1]": "x",
        }
    ]


def test_git_files_with_go_templates_keep_their_content(world: World) -> None:
    (params,) = git(world, "files: [{path: x.json}]", files={"x.json": '{"a": {"b": [1]}, "path": "lost"}'}, go=True)
    assert params == {
        "a": {"b": [1]},
        "path": {
            "path": ".",
            "basename": ".",
            "basenameNormalized": "",
            "filename": "x.json",
            "filenameNormalized": "x.json",
            "segments": ["."],
        },
    }


def test_a_file_of_a_list_gives_each_object_and_an_empty_file_an_empty_one(world: World) -> None:
    files = {"b.yaml": "[{nr: '1'}, {nr: '2'}]", "a.yaml": "# nothing"}
    found = git(world, "files: [{path: '*.yaml'}]", files=files)
    assert [(each["path.filename"], each.get("nr")) for each in found] == [
        ("a.yaml", None),
        ("b.yaml", "1"),
        ("b.yaml", "2"),
    ]


PATHS = dict.fromkeys(("a.yaml", "c/a.yaml", "c/d/a.yaml", "c/d/b.json", "c/.h/a.yaml", "cc/a.yaml"), "")


@pytest.mark.parametrize(
    ("pattern", "old", "new"),
    [
        ("*.yaml", ["a.yaml", "c/.h/a.yaml", "c/a.yaml", "c/d/a.yaml", "cc/a.yaml"], ["a.yaml"]),
        ("c/*.yaml", ["c/.h/a.yaml", "c/a.yaml", "c/d/a.yaml"], ["c/a.yaml"]),
        ("c/**/a.yaml", ["c/.h/a.yaml", "c/d/a.yaml"], ["c/.h/a.yaml", "c/a.yaml", "c/d/a.yaml"]),
        ("**/a.yaml", ["c/.h/a.yaml", "c/a.yaml", "c/d/a.yaml", "cc/a.yaml"], list(PATHS)[:3] + list(PATHS)[4:]),
        ("c", ["c/.h/a.yaml", "c/a.yaml", "c/d/a.yaml", "c/d/b.json"], []),
        ("./c/d/", ["c/d/a.yaml", "c/d/b.json"], []),
        ("c/d/*.{yaml,json}", [], ["c/d/a.yaml", "c/d/b.json"]),
        ("c/d/[ab].*", ["c/d/a.yaml", "c/d/b.json"], ["c/d/a.yaml", "c/d/b.json"]),
        ("c/?/a.yaml", ["c/d/a.yaml"], ["c/d/a.yaml"]),
    ],
)
def test_old_and_new_globbing_of_files(world: World, pattern: str, old: list[str], new: list[str]) -> None:
    def found(*, is_new: bool) -> list[str]:
        params = git(world, f"files: [{{path: '{pattern}'}}]", files=PATHS, new=is_new)
        paths = (f"{each['path']}/{each['path.filename']}".removeprefix("./") for each in params)
        return sorted(paths)

    assert found(is_new=False) == old
    assert found(is_new=True) == sorted(new)


def test_excluded_files_are_gone_whatever_includes_them(world: World) -> None:
    fields = "files: [{path: c}, {path: 'c/d/*', exclude: true}, {path: c/d/a.yaml}]"
    assert [each["path"] for each in git(world, fields, files=PATHS)] == ["c/.h", "c"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ("files: [{path: x.yaml}]", "x.yaml holds neither an object nor a list of objects"),
        ("files: [{path: y.yaml}]", "y.yaml:2: "),
        ("files: [{path: ../x}]", "leaves the repository"),
        ("files: [{path: ':(glob)*'}]", "path magic"),
        (f"files: [{{path: '{'a' * 1001}'}}]", "longer than 1000 characters"),
        ("values: {a: b}", "names neither directories nor files"),
        ("directories: text", "git.directories is a string, not a list"),
    ],
)
def test_a_git_generator_that_is_wrong_says_what(world: World, fields: str, says: str) -> None:
    with pytest.raises(ApplicationError, match=says.replace("(", r"\(")):
        git(world, fields, files={"x.yaml": "text", "y.yaml": "a: ["})


def test_hostile_globs_take_no_time(world: World) -> None:
    files = {f"{'a' * 200}/{'a' * 200}": ""}
    assert git(world, f"files: [{{path: '{'*a' * 100}b'}}]", files=files) == []
    assert git(world, f"files: [{{path: '{'**/' * 100}{'*a' * 100}b'}}]", files=files, new=True) == []
    assert git(world, f"directories: [{{path: '{'*a' * 100}b'}}]", files=files) == []


# --- pull requests ---------------------------------------------------------------------------------------------------

PULL = PullRequestEntry(
    number=7,
    title="Add <x>",
    branch="feature/Ünï_code-that-is-much-longer-than-a-label-may-be-in-dns",
    target_branch="main",
    head_sha="0123456789abcdef",
    labels=("preview", "web"),
    author="ada",
)
OTHER = replace(PULL, number=8, branch="fix/y", target_branch="release/1", title="Fix", labels=(), head_sha="abc")


def test_pull_requests_are_parameters(world: World) -> None:
    seen = replace(world, pulls=(PULL,))
    generator = "pullRequest: {github: {owner: acme, repo: shop}, values: {id: 'pr-{{number}}'}}"
    params = {
        "number": "7",
        "title": "Add <x>",
        "branch": PULL.branch,
        "branch_slug": "feature-uni-code-that-is-much-longer-than-a-label",
        "target_branch": "main",
        "target_branch_slug": "main",
        "head_sha": "0123456789abcdef",
        "head_short_sha": "01234567",
        "head_short_sha_7": "0123456",
        "author": "ada",
    }
    assert seen.params(generator) == [{**params, "values.id": "pr-7"}]
    assert seen.params(generator.replace("{{number}}", "{{ .number }}"), go=True) == [
        {**params, "labels": ["preview", "web"], "values": {"id": "pr-7"}}
    ]


@pytest.mark.parametrize(
    ("fields", "numbers"),
    [
        ("github: {labels: [web]}", ["7"]),
        ("github: {labels: [web, gone]}", []),
        ("filters: [{branchMatch: '^fix/'}]", ["8"]),
        ("filters: [{targetBranchMatch: release, titleMatch: Add}]", []),
        ("filters: [{targetBranchMatch: release}, {titleMatch: Add}]", ["7", "8"]),
        ("github: {}", ["7", "8"]),
    ],
)
def test_filters_of_pull_requests_are_all_of_one_or_any_other(world: World, fields: str, numbers: list[str]) -> None:
    seen = replace(world, pulls=(PULL, OTHER))
    assert [each["number"] for each in seen.params(f"pullRequest: {{{fields}}}")] == numbers


# --- what all have in common -----------------------------------------------------------------------------------------


def test_a_selector_filters_what_a_generator_gave(world: World) -> None:  # APS-8
    seen = replace(world, clusters=(US, EU))
    elements = "list: {elements: [{server: 'https://a:1', nr: 1, d: {e: [x]}}, {server: b, nr: 2}]}"

    def count(selector: str) -> int:
        return len(seen.params(f"{{{elements}, selector: {selector}}}", go=True))

    assert count("{}") == 2
    assert count("{matchLabels: {server: 'https://a:1'}}") == 1
    assert count("{matchLabels: {nr: '2'}}") == 1
    assert count("{matchLabels: {d.e.0: x}}") == 1
    assert count("{matchExpressions: [{key: d.e.0, operator: NotIn, values: [x]}]}") == 1
    generator = "{clusters: {}, selector: {matchLabels: {metadata.labels.env: prod}}}"
    assert [each["name"] for each in seen.params(generator, go=True)] == ["Prod_EU"]


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        ("{matchExpressions: [{key: a, operator: Near, values: [b]}]}", "the operator 'Near' is none of"),
        ("{matchExpressions: [{key: a, operator: In}]}", "In of a has the wrong number of values"),
        ("{matchExpressions: [{key: a, operator: Exists, values: [b]}]}", "Exists of a has the wrong number"),
        ("{matchLabels: {'path[0]': b}}", r"the key 'path\[0\]' is no label's name"),
        ("text", "selector is a string, not a mapping"),
    ],
)
def test_a_selector_that_is_not_valid_is_an_error(world: World, selector: str, says: str) -> None:  # APS-8
    with pytest.raises(ApplicationError, match=says):
        world.params(f"{{list: {{elements: [{{a: b}}]}}, selector: {selector}}}")


def test_an_entry_runs_all_generators_that_it_names_and_one_without_any_none(world: World) -> None:  # APS-11
    seen = replace(world, clusters=())
    both = seen.params("{clusters: {}, list: {elements: [{name: a}]}}")
    assert [each["name"] for each in both] == ["a", "in-cluster"]
    assert seen.params("{lists: {}}") == []


@pytest.mark.parametrize("kind", ["scmProvider", "clusterDecisionResource", "plugin"])
def test_generators_that_are_not_supported_say_so(world: World, kind: str) -> None:
    spec = f"generators: [{{{kind}: {{}}}}, {{list: {{elements: [{{a: b}}]}}}}]\ntemplate: {{metadata: {{name: x}}}}"
    assert world.error(spec) == f"the {kind} generator is not supported"  # APS-9: and the list gives nothing either


def test_data_that_is_not_at_hand_is_said(world: World) -> None:
    blind = replace(world, clusters=None, pulls=None)
    rest = "\ntemplate: {metadata: {name: x}}"
    assert "needs a list of clusters" in blind.error(f"generators: [{{clusters: {{}}}}]{rest}")
    assert "pullRequest generator is not supported here" in blind.error(f"generators: [{{pullRequest: {{}}}}]{rest}")
    other = "{git: {repoURL: 'https://other', directories: [{path: '*'}]}}"
    assert "needs https://other at HEAD" in blind.error(f"generators: [{other}]{rest}")
