"""Paths and links of a repository: RND-8, RND-9, RND-14, RND-29, and what Git has not checked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.application.application import (
    DirectorySource,
    HelmFileParameter,
    HelmSource,
    KustomizeSource,
    Source,
)
from gitops_action.errors import ApplicationError
from gitops_action.rendering.checkout import Checkout, walk_symlinks
from tests.rendering.conftest import Repository, config_map

if TYPE_CHECKING:
    from pathlib import Path


CHART = "apiVersion: v2\nname: c\nversion: 1.0.0\n"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/etc", "/etc: app path is absolute"),
        ("../elsewhere", "../elsewhere: app path outside root"),
        ("apps/../../elsewhere", "apps/../../elsewhere: app path outside root"),
        ("apps/nothing", "apps/nothing: app path does not exist"),
        ("apps/web.yaml", "apps/web.yaml: app path is not a directory"),
    ],
)
def test_rnd_8_a_source_path_is_an_existing_directory_of_the_repository(
    repository: Repository, path: str, message: str
) -> None:
    repository.write({"apps/web.yaml": config_map("a"), "../elsewhere/a.yaml": config_map("a")})

    assert repository.refusal(Source(path=path)).summary == message


def test_rnd_8_the_root_itself_is_a_source_path(repository: Repository) -> None:
    repository.write({"a.yaml": config_map("a")})

    assert [target.name for target in repository.render(Source(path=".")).targets] == ["a"]


@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc", "../../repo/web", "loop/../../../outside"])
def test_rnd_9_a_link_that_leaves_the_repository_anywhere_stops_every_application(
    repository: Repository, target: str
) -> None:
    repository.write({"web/a.yaml": config_map("a"), "../outside/x": "x"}).link("loop", "web")
    repository.link("other/link", target)

    refusal = repository.refusal(Source(path="web"))

    assert refusal.summary == "repository contains out-of-bounds symlinks. file: other/link"
    assert refusal.remedy


def test_rnd_9_a_link_through_another_link_is_judged_by_where_it_ends(repository: Repository) -> None:
    repository.write({"a/b/c/x": "x", "../outside/x": "x"}).link("a/b/c/top", "../../..")
    repository.link("a/b/escape", "c/top/../outside")  # by its text inside, by the file system not

    assert Checkout.at(str(repository.root)).out_of_bounds == ("a/b/escape",)


def test_rnd_9_links_inside_the_repository_are_fine(repository: Repository) -> None:
    repository.write({"common/a.yaml": config_map("a"), ".git/config": ""}).link("web/a.yaml", "../common/a.yaml")
    repository.link("dangling", "nowhere").link(".git/link", "/etc/passwd")

    assert Checkout.at(str(repository.root)).out_of_bounds == ()
    assert sorted(walk_symlinks(str(repository.root))) == ["dangling", "web/a.yaml"]


def test_rnd_9_only_the_links_that_git_knows_are_judged_where_git_can_tell(repository: Repository) -> None:
    repository.link(".venv/bin/python", "/usr/bin/python3")

    assert Checkout.at(str(repository.root), symlinks=[]).out_of_bounds == ()
    assert Checkout.at(str(repository.root), symlinks=["deleted"]).out_of_bounds == ()


def test_the_links_of_a_large_repository_are_found_in_a_fraction_of_a_second(tmp_path: Path) -> None:
    for folder in range(40):
        (tmp_path / f"d{folder}").mkdir()
        for file in range(20):
            (tmp_path / f"d{folder}" / f"{file}.yaml").touch()
    (tmp_path / "d7" / "link").symlink_to("/etc")

    assert Checkout.at(str(tmp_path)).out_of_bounds == ("d7/link",)


def test_rnd_14_a_file_is_relative_to_its_base_or_to_the_root(tmp_path: Path) -> None:
    (tmp_path / "values").mkdir()
    (tmp_path / "values" / "real.yaml").touch()
    (tmp_path / "link.yaml").symlink_to("values/real.yaml")
    checkout = Checkout.at(str(tmp_path))
    base = f"{checkout.root}/charts/web"

    assert checkout.file("values.yaml", base=base) == f"{base}/values.yaml"
    assert checkout.file("../../values/x.yaml", base=base) == f"{checkout.root}/values/x.yaml"
    assert checkout.file("/values/x.yaml", base=base) == f"{checkout.root}/values/x.yaml"
    assert checkout.file("/link.yaml", base=base) == f"{checkout.root}/values/real.yaml"


@pytest.mark.parametrize("path", ["../../../x", "/../x", "/", "../..", "/out/passwd", "/etc/../../etc/passwd"])
def test_rnd_14_a_file_outside_of_the_repository_and_the_root_itself_are_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "out").symlink_to("/etc")
    checkout = Checkout.at(str(tmp_path))

    with pytest.raises(ApplicationError, match="resolved to outside repository root"):
        checkout.file(path, base=f"{checkout.root}/charts/web")


def test_a_file_whose_content_is_still_in_git_lfs_is_refused_naming_the_option(repository: Repository) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n"
    repository.write(
        {
            "plain/a.yaml": pointer,
            "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
            "chart/files/big.bin": pointer,
            "kustomize/kustomization.yaml": "resources: [../plain/a.yaml]\nconfigMapGenerator: []\n",
            "overlay/kustomization.yaml": "resources: [base]\n",
            "overlay/base/kustomization.yaml": "resources: [a.yaml]\n",
            "overlay/base/a.yaml": pointer,
        }
    )

    found = {path: repository.refusal(Source(path=path)) for path in ("plain", "chart", "overlay")}

    assert {path: refusal.summary for path, refusal in found.items()} == {
        "plain": "plain/a.yaml is a Git LFS pointer, its content is not checked out",
        "chart": "chart/files/big.bin is a Git LFS pointer, its content is not checked out",
        "overlay": "overlay/base/a.yaml is a Git LFS pointer, its content is not checked out",
    }
    assert {refusal.remedy for refusal in found.values()} == {"Set lfs: true for actions/checkout."}


@pytest.mark.parametrize("path", ["vendor/lib", "vendor/lib/charts", "vendor", "."])
def test_a_source_with_an_absent_submodule_is_refused_naming_the_option(repository: Repository, path: str) -> None:
    (repository.root / "vendor/lib/charts").mkdir(parents=True)
    checkout = Checkout.at(str(repository.root), missing_submodules=["vendor/lib"])

    refusal = repository.refusal(Source(path=path, directory=DirectorySource(recurse=True)), checkout=checkout)

    assert refusal.summary == "the submodule vendor/lib is not checked out"
    assert refusal.remedy == "Set submodules: true for actions/checkout."


def test_an_absent_submodule_elsewhere_does_no_harm(repository: Repository) -> None:
    repository.write({"vendored/a.yaml": config_map("a")})
    checkout = Checkout.at(str(repository.root), missing_submodules=["vendor"])

    assert repository.render(Source(path="vendored"), checkout=checkout).targets


def test_a_values_file_that_is_a_link_out_is_refused_even_where_git_does_not_know_it(repository: Repository) -> None:
    repository.write({"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n"}).link("c/v.yaml", "/etc/hostname")
    checkout = Checkout.at(str(repository.root), symlinks=[])

    refusal = repository.refusal(Source(path="c", helm=HelmSource(value_files=("v.yaml",))), checkout=checkout)

    assert refusal.summary == "file 'v.yaml' resolved to outside repository root"


@pytest.mark.parametrize("path", ["a\0b", "x" * 300, "x/" * 2000, "\ud800"])
def test_a_text_that_is_no_path_is_an_error_of_the_application(repository: Repository, path: str) -> None:
    repository.write(
        {"c/Chart.yaml": f"{CHART}dependencies: [{{name: lib, version: 1.x, repository: file://../%00}}]\n"}
    )
    repository.write({"k/kustomization.yaml": "", "h/Chart.yaml": CHART})

    for source in (
        Source(path=path),
        Source(path="h", helm=HelmSource(value_files=(path,))),
        Source(path="h", helm=HelmSource(value_files=(f"{path}/*",))),
        Source(path="h", helm=HelmSource(file_parameters=(HelmFileParameter(name="a", path=path),))),
        Source(path="k", kustomize=KustomizeSource(components=(path,))),
        Source(path="k", kustomize=KustomizeSource(components=(path,), ignore_missing_components=True)),
        Source(path="c"),
    ):
        assert repository.refusal(source).summary.endswith(" is not a path of a file")
