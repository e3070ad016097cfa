"""Applications → target resources: plain directories, Helm and Kustomize, from the checked-out files.

Reads the checkout, writes only below the scratch directory of the run, and reaches no network. helm and kustomize are
not trusted: they run as child processes in an environment without anything of ours.
"""
