#!/bin/sh
set -eu
cd "$(dirname "$0")"
if [ -f k8s/extra.yaml ]; then
  kubectl apply -f k8s/extra.yaml
fi
kubectl apply -f k8s/barge.yaml
