#!/bin/bash
set -euo pipefail
kubectl apply -f k8s/dunlin.yaml
find k8s -name '*-settings.yaml' -print0 | xargs -0 -n1 kubectl apply -f
