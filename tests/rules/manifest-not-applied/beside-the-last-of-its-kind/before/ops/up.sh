#!/bin/bash
set -e
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
MANIFESTS="$HERE/../deploy"

# settings
kubectl apply -f "${MANIFESTS}/settings/common.yaml" || exit 1

# programs
kubectl apply -f "${MANIFESTS}/curlew.yaml" || exit 1
