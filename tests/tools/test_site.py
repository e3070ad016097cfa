"""The documentation's site: built strictly, so that a link that leads nowhere fails, and complete."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tools.site import DOCUMENTS, REPOSITORY, ROOT, SECTIONS, linked, sections

if TYPE_CHECKING:
    from pathlib import Path


def test_the_site_is_built_from_the_repository_and_every_link_in_it_leads_somewhere(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built.returncode, built.stderr) == (0, "")
    pages = {page.stem for page in (tmp_path / "site").glob("*.html")} - {"404"}
    written = {page.stem for page in (ROOT / "docs").glob("*.md")}
    assert pages == written | {name.removesuffix(".md") for name in (*DOCUMENTS, *SECTIONS, "index.md")}
    for page in (tmp_path / "site").glob("*.html"):
        assert "fonts.googleapis" not in page.read_text(), "nothing is loaded from elsewhere"


def test_a_document_is_parted_at_its_headings_and_not_at_comments_in_code() -> None:
    text = "# Name\nfirst\n## One\na\n```sh\n## no heading\n```\n## Two\nb\n"
    assert sections(text) == {
        "": "# Name\nfirst\n",
        "One": "## One\na\n```sh\n## no heading\n```\n",
        "Two": "## Two\nb\n",
    }


@pytest.mark.parametrize(
    ("folder", "link", "leads_to"),
    [
        ("", "docs/github.md#commands", "github.md#commands"),
        ("", "SECURITY.md", "security.md"),
        ("docs", "../ARCHITECTURE.md", "how-it-works.md"),
        ("docs", "../README.md#inputs", "index.md#inputs"),
        ("docs", "rules.md", "rules.md"),
        ("docs", "../examples/workflows/drift.yml", f"{REPOSITORY}/examples/workflows/drift.yml"),
        ("docs", "https://example.com/a.md", "https://example.com/a.md"),
    ],
)
def test_a_link_leads_to_a_page_of_the_site_or_to_a_file_of_the_repository(
    folder: str, link: str, leads_to: str
) -> None:
    assert linked(f"See [it]({link}).", folder) == f"See [it]({leads_to})."


def test_a_link_in_code_stays_as_it_is() -> None:
    text = "```md\n[a](b.md)\n```\n"
    assert linked(text, "") == text
