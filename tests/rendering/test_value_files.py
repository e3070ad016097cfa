"""``valueFiles``: RND-14 to RND-19."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gitops_action.application.application import HelmSource
from gitops_action.errors import ApplicationError
from gitops_action.rendering.sources import SourceTree
from gitops_action.rendering.value_files import value_files

if TYPE_CHECKING:
    from tests.rendering.conftest import Repository

FILES = (
    "charts/web/values.yaml",
    "charts/web/env/b.yaml",
    "charts/web/env/a.yaml",
    "charts/web/env/x/c.yaml",
    "g.yaml",
)


def files(repository: Repository, *entries: str, ignore: bool = False, refs: tuple[str, ...] = ()) -> list[str]:
    repository.write(dict.fromkeys(FILES, ""))
    request = repository.request("charts/web")
    here = SourceTree(checkout=request.context.checkout, revision="", path="")
    request = replace(request, references=dict.fromkeys(refs, here), variables={"ARGOCD_APP_NAME": "env"})
    return value_files(HelmSource(value_files=entries, ignore_missing_value_files=ignore), request)


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (("values.yaml",), ["./values.yaml"]),
        (("/g.yaml",), ["../../g.yaml"]),
        (("../../g.yaml",), ["../../g.yaml"]),
        (("$ARGOCD_APP_NAME/a.yaml",), ["./env/a.yaml"]),
        (("env/*.yaml",), ["./env/a.yaml", "./env/b.yaml"]),
        (("env/[b]?yaml",), ["./env/b.yaml"]),
        (("env/**/*.yaml",), ["./env/a.yaml", "./env/b.yaml", "./env/x/c.yaml"]),
        (("/*.yaml",), ["../../g.yaml"]),
        (("env/**",), ["./env/a.yaml", "./env/b.yaml", "./env/x/c.yaml"]),
        (("**/c.yaml",), ["./env/x/c.yaml"]),
        (("env/**.yaml",), ["./env/a.yaml", "./env/b.yaml"]),
        (("env/a**l",), ["./env/a.yaml"]),
        (("../../*.yaml",), ["../../g.yaml"]),
        (("env/*.yaml", "env/a.yaml"), ["./env/b.yaml", "./env/a.yaml"]),
        (("env/b.yaml", "env/*.yaml"), ["./env/b.yaml", "./env/a.yaml"]),
        (("env/*.yaml", "env/*.yaml", "values.yaml", "values.yaml"), ["./env/a.yaml", "./env/b.yaml", "./values.yaml"]),
        (("missing.yaml",), ["./missing.yaml"]),
    ],
)
def test_rnd_14_16_18_entries_become_files_in_order(
    repository: Repository, entries: tuple[str, ...], found: list[str]
) -> None:
    assert files(repository, *entries) == found


def test_rnd_17_18_missing_files_and_empty_globs_may_be_ignored(repository: Repository) -> None:
    assert files(repository, "missing.yaml", "no/*.yaml", "values.yaml", ignore=True) == ["./values.yaml"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("no/*.yaml", 'values file glob "no/*.yaml" matched no files'),
        ("**/a/**/b/**/c/**/*.yaml", 'values file glob "**/a/**/b/**/c/**/*.yaml" has more than 3 times **'),
        ("../../../x.yaml", "file '../../../x.yaml' resolved to outside repository root"),
        ("/", "file '/' resolved to outside repository root"),
        ("ftp://example.org/values.yaml", "the URL scheme 'ftp' is not allowed"),
        ("file:///etc/passwd", "the URL scheme 'file' is not allowed"),
        ("https://example.org/v.yaml?token=x", "the values file https://example.org/… is not in the repository"),
        ("$other/values.yaml", "source referenced \"$other\", but no source has a 'ref' field defined"),
    ],
)
def test_rnd_14_15_17_19_what_is_not_in_the_repository_is_refused(
    repository: Repository, entry: str, message: str
) -> None:
    with pytest.raises(ApplicationError) as caught:
        files(repository, entry)

    assert caught.value.summary == message


def test_rnd_17_a_match_that_links_out_of_the_repository_is_an_error(repository: Repository) -> None:
    repository.link("charts/web/env/z.yaml", "/etc/hostname")

    with pytest.raises(ApplicationError, match=r"file 'env/\*\.yaml' resolved to outside repository root"):
        files(repository, "env/*.yaml")


def test_a_glob_does_not_look_outside_of_the_repository(repository: Repository) -> None:
    repository.write({"../secrets/a.yaml": ""})

    with pytest.raises(ApplicationError, match="resolved to outside repository root"):
        files(repository, "../../../secrets/*")


def test_rnd_19_a_reference_is_the_root_of_the_named_source(repository: Repository) -> None:
    assert files(repository, "$values/g.yaml", "$values/charts/web/$ARGOCD_APP_NAME/*.yaml", refs=("values",)) == [
        "../../g.yaml",
        "./env/a.yaml",
        "./env/b.yaml",
    ]


def test_rnd_19_an_unknown_reference_names_the_known_ones(repository: Repository) -> None:
    with pytest.raises(ApplicationError, match=r'"\$valeus", but it is not one of the available sources \(\$values\)'):
        files(repository, "$valeus/g.yaml", refs=("values",))


def test_a_reference_cannot_leave_the_repository(repository: Repository) -> None:
    with pytest.raises(ApplicationError, match="resolved to outside repository root"):
        files(repository, "$values/../../etc/passwd", refs=("values",))


def test_links_that_run_in_circles_cost_no_time(repository: Repository) -> None:
    for name in "abc":
        repository.link(f"charts/web/env/{name}", ".")
    begin = time.monotonic()

    assert files(repository, "env/**/*.yaml") == ["./env/a.yaml", "./env/b.yaml", "./env/x/c.yaml"]
    assert time.monotonic() - begin < 5
