"""The command line: argv and environment → one verb → an exit code.

``main`` is the one place where errors are caught and shown, ``verbs`` names the verbs, each in a module of its own,
``flags`` turns the declared inputs into options.
"""

from gitops_action.cli.main import entry, main

__all__ = ["entry", "main"]
