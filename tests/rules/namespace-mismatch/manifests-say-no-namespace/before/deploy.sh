#!/bin/bash
set -euo pipefail
kubectl create namespace gannet || true
kubectl apply -n gannet -f k8s/skua.yaml
