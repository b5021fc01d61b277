#!/usr/bin/env bash
set -euo pipefail
ROOT="$(cd "$(dirname "$0")/.." && pwd)"

kubectl apply -f "$ROOT/k8s/lock.yaml"
kubectl apply -f "$ROOT/k8s/sluice.yaml"   # moved to base/
