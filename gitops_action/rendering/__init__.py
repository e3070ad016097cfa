"""Application → the manifests it asks for, by the real helm and kustomize or from plain files."""
