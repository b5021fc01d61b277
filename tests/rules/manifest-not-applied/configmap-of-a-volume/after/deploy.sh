#!/usr/bin/env bash
set -euo pipefail

NAMESPACE="saltmarsh"

kubectl apply -n "$NAMESPACE" -f k8s/redshank.yaml
kubectl apply -n "$NAMESPACE" -f k8s/dunlin-settings.yaml
kubectl apply -n "$NAMESPACE" -f k8s/dunlin.yaml   # reads its settings from a volume
kubectl rollout status -n "$NAMESPACE" deployment/dunlin
