#!/bin/bash
set -euo pipefail
kubectl apply -k overlays/live
kubectl rollout status deployment/sail --namespace knots
kubectl delete deployment/sail deployment/rudder --namespace ropes --ignore-not-found
kubectl get deployment/sail --namespace ropes || true
