"""Serve the fake GitHub for a script: ``python -m tests.github_server --git PATH``.

Prints one line of JSON with ``url`` and ``token`` when it is ready, then (with ``--print-comments``) every comment that
is written, and serves until it is interrupted.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from tests.github_server.job import open_pull_request, serve_repository
from tests.github_server.rights import JOB_PERMISSIONS
from tests.github_server.server import GitHubServer
from tests.github_server.state import State

if TYPE_CHECKING:
    from tests.github_server.state import IssueComment

TOKEN = "ghs_job"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.github_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--repository", default="octo-org/shop", help="owner/name")
    parser.add_argument("--public", action="store_true", help="serve a public repository")
    parser.add_argument("--git", type=Path, help="the git repository that plays the server's")
    parser.add_argument("--pull", action="append", default=[], metavar="HEAD[:BASE]", help="open a pull request")
    parser.add_argument("--print-comments", action="store_true", help="print each comment as it is written")
    options = parser.parse_args()

    state = State(options.repository, private=not options.public)
    state.add_token(TOKEN, **{name.replace("-", "_"): level for name, level in JOB_PERMISSIONS.items()})
    if options.print_comments:
        state.on_comment = _show
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with GitHubServer(state, port=options.port) as server:
        if options.git:
            serve_repository(server, options.git)
        for entry in options.pull:
            head, _, base = entry.partition(":")
            open_pull_request(server, head, base=base or state.default_branch)
        _print(json.dumps({"url": server.url, "token": TOKEN}))
        stop.wait()
    for violation in server.violations:
        sys.stderr.write(f"not GitHub's API: {violation}\n")
    return 1 if server.violations else 0


def _show(comment: IssueComment) -> None:
    _print(f"--- comment {comment.id} of #{comment.number} by {comment.author}, {len(comment.body)} characters")
    _print(comment.body)


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
