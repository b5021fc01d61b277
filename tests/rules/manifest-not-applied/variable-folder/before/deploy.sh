#!/bin/bash
set -euo pipefail
kubectl apply -f k8s/dunlin.yaml
kubectl apply -f "$1/dunlin-settings.yaml"
