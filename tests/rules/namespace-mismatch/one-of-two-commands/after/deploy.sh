#!/bin/bash
set -euo pipefail
kubectl apply -k overlays/live
kubectl rollout status deployment/sail --namespace knots
kubectl rollout status deployment/rudder --namespace knots
