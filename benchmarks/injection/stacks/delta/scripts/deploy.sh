#!/usr/bin/env bash
# Puts the live overlay into the cluster.
set -euo pipefail
cd "$(dirname "$0")/.."

kubectl apply -f deploy/cluster/namespace.yaml
kubectl apply -f deploy/cluster/settings.yaml
kubectl apply -f deploy/cluster/accounts.yaml
kubectl apply -f deploy/cluster/sounding.yaml
kubectl apply -k deploy/overlays/live
kubectl rollout status deployment/gateway --namespace delta-live
kubectl rollout status deployment/levels --namespace delta-live
