"""``check revision``: which commit a ``targetRevision`` means, by what ``git ls-remote`` lists."""

from __future__ import annotations

import click

from gitops_action.application.revision import parse_refs, resolve_revision, revisions_offered
from gitops_action.commands.check_files import answer, read_bytes
from gitops_action.errors import ExitCode, UsageError


@click.command()
@click.argument("constraint")
@click.option("--refs", "refs_file", metavar="FILE", required=True, help="What git ls-remote writes; - for stdin.")
@click.option("--tag-prefix", default="", metavar="P", help="Consider only tags that begin so (tagPrefix).")
def revision(constraint: str, refs_file: str, tag_prefix: str) -> ExitCode:
    """Tell the commit and the ref that a branch, tag, hash or version constraint means.

    An abbreviated hash is completed where exactly one of the listed commits begins with it.
    """
    try:
        refs = parse_refs(read_bytes(refs_file).decode("utf-8", errors="replace"))
    except UsageError as error:
        raise UsageError(f"{refs_file}: {error.summary}", remedy=error.remedy) from error
    found = resolve_revision(constraint, refs, tag_prefix=tag_prefix)
    if found is None:
        raise UsageError(
            f"unable to resolve '{constraint}' to a commit SHA",
            detail=f"Of {len(refs)} refs {revisions_offered(refs)}." if refs else "There are no refs.",
            remedy="Correct the revision, or list the refs of the right repository.",
        )
    whole = {commit for commit in refs.values() if commit.startswith(found.commit)}
    answer({"revision": whole.pop() if len(whole) == 1 else found.commit, "ref": found.ref or None})
    return ExitCode.OK
