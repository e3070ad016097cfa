"""Argo CD's Application and argocd-cm, read from files."""
