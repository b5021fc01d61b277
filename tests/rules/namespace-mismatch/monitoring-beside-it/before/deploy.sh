#!/bin/bash
set -euo pipefail
kubectl create namespace observability || true
helm upgrade --install prometheus prometheus-community/prometheus -n observability
kubectl get pods -n observability
kubectl apply -f k8s/plover.yaml
