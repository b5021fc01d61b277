#!/bin/bash
set -euo pipefail
kubectl apply -k overlays/live
kubectl wait --for=condition=available deployment/sail --namespace knots
if kubectl logs deployment/sail --namespace ropes > before.txt; then
  echo "the earlier sail is still there" >&2
fi
