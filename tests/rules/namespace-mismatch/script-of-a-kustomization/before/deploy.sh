#!/bin/bash
set -euo pipefail
kubectl apply -k overlays/live
kubectl -n reef rollout status deployment/fulmar
