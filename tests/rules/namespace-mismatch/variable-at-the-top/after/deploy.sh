#!/usr/bin/env bash
set -euo pipefail

NAMESPACE="saltmarsh-prod"   # where it all runs

kubectl create namespace "$NAMESPACE" --dry-run=client -o yaml | kubectl apply -f -
kubectl apply -f k8s/curlew.yaml
kubectl rollout status deployment/curlew -n "${NAMESPACE}"
echo "saltmarsh is up, see: kubectl get pods -n saltmarsh-prod"
