#!/bin/bash
set -euo pipefail
kubectl apply -f k8s/config/smew.yaml
kubectl apply -f k8s/
