#!/usr/bin/env bash
# Ships everything.
cd "$(dirname "$0")"
set -o errexit -o nounset -o pipefail
docker build -t ghcr.io/heron/pond:1 pond
docker push ghcr.io/heron/pond:1
kubectl rollout restart deployment/pond
