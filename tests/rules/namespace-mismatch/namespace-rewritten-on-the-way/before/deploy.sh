#!/bin/bash
set -euo pipefail
sed -i "s/namespace: .*/namespace: $TARGET/" k8s/dunlin.yaml
kubectl apply -n staging -f k8s/dunlin.yaml
kubectl rollout status deployment/dunlin -n staging
