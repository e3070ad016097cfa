# The action's image: Python, git, ssh, helm, kustomize and Argo CD's Lua scripts. Runs as root and sets no working
# directory, as GitHub asks of a container action: the workspace belongs to another user and is mounted at run time.
#
# Both base images and the stage that builds the tools are arguments, so that an image can be built where only some
# registries can be reached. BASE_IMAGE may be any Debian with Python 3.11 or newer, or one that can install it.
ARG BASE_IMAGE=python:3.13-slim-bookworm
ARG GO_IMAGE=golang:1.26-bookworm
ARG TOOLS=tools-build

FROM ${GO_IMAGE} AS tools-build
RUN command -v python3 >/dev/null || { apt-get update && apt-get install -y --no-install-recommends python3; }
COPY tools/build.py /src/tools/
COPY tools/helm /src/tools/helm
COPY tools/kustomize /src/tools/kustomize
COPY tools/applicationset-template /src/tools/applicationset-template
COPY tools/catalogue /src/tools/catalogue
RUN XDG_CACHE_HOME=/build python3 /src/tools/build.py --pinned helm kustomize applicationset-template catalogue \
    && mkdir -p /opt/gitops-action/tools \
    && cp -RL /build/gitops-action/tools/bin /build/gitops-action/tools/catalogue /opt/gitops-action/tools/

FROM ${TOOLS} AS tools

FROM ${BASE_IMAGE} AS base
RUN missing=""; \
    for program in git python3; do command -v "$program" >/dev/null || missing="$missing $program"; done; \
    command -v ssh >/dev/null || missing="$missing openssh-client"; \
    [ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"; \
    [ -z "$missing" ] || { apt-get update && apt-get install -y --no-install-recommends $missing; }; \
    apt-get clean && rm -rf /var/lib/apt/lists/*

FROM base AS install
RUN python3 -c "import ensurepip" || { apt-get update && apt-get install -y --no-install-recommends python3-venv; }
COPY requirements.txt requirements-build.txt /src/
RUN python3 -m venv /build \
    && /build/bin/pip install --no-cache-dir --require-hashes -r /src/requirements-build.txt \
    && python3 -m venv /opt/gitops-action \
    && /opt/gitops-action/bin/pip install --no-cache-dir --require-hashes -r /src/requirements.txt
COPY pyproject.toml README.md LICENSE /src/
COPY gitops_action /src/gitops_action
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels /src \
    && /opt/gitops-action/bin/pip install --no-cache-dir --no-deps --no-index /wheels/*.whl \
    && /opt/gitops-action/bin/pip uninstall --yes pip setuptools

FROM base
LABEL org.opencontainers.image.title="gitops-action" \
      org.opencontainers.image.description="GitOps for Kubernetes without a controller" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV LANG=C.UTF-8 PYTHONUNBUFFERED=1 GITOPS_ACTION_CONTAINER=true
COPY --from=tools /opt/gitops-action/tools /opt/gitops-action/tools
COPY --from=install /opt/gitops-action /opt/gitops-action
ENTRYPOINT ["/opt/gitops-action/bin/gitops-action", "run"]
