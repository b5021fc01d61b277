#!/bin/bash
set -euo pipefail
kubectl create configmap dunlin-settings --from-env-file=live.env --dry-run=client -o yaml | kubectl apply -f -
kubectl apply -f k8s/dunlin.yaml
