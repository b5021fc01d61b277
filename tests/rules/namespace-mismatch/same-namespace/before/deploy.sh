#!/bin/bash
set -euo pipefail
NS=${NS:-gullery}
kubectl apply -n "$NS" -f k8s/tern.yaml
kubectl rollout status deploy/tern -n "$NS"
