#!/bin/bash
set -euo pipefail
kubectl apply --dry-run=client -f k8s/dunlin.yaml
