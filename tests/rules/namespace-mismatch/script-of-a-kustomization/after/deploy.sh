#!/bin/bash
set -euo pipefail
kubectl apply -k overlays/live
kubectl -n reef-live rollout status deployment/fulmar
