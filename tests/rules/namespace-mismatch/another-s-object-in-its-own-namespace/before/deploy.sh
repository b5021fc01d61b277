#!/bin/bash
set -euo pipefail
kubectl rollout status deployment/harbour --namespace docks
kubectl apply -k overlays/live
kubectl rollout status deployment/sail --namespace knots
