#!/bin/sh
set -eu
cd "$(dirname "$0")"
kubectl apply -f k8s/settings.yaml
kubectl apply -f k8s/gauge.yaml
