"""Every input of the action, declared once: name, type, default, help.

The CLI's flags, ``INPUT_*`` of the workflow, ``action.yml`` and the README's table all derive from ``INPUTS`` or are
tested against it. To add one: its declaration in the module that it belongs to, and its field in ``typed``.
"""

from gitops_action.inputs.declared import INPUTS
from gitops_action.inputs.kinds import UNSET, ArgoCdResources, CommentPolicy, FailOn, Input, Limit, Type, Use
from gitops_action.inputs.parse import find, from_environment, parse
from gitops_action.inputs.typed import Inputs

__all__ = [
    "INPUTS",
    "UNSET",
    "ArgoCdResources",
    "CommentPolicy",
    "FailOn",
    "Input",
    "Inputs",
    "Limit",
    "Type",
    "Use",
    "find",
    "from_environment",
    "parse",
]
