#!/bin/sh
set -eu
cd "$(dirname "$0")"
kubectl apply -f k8s/secrets.yaml
kubectl apply -f k8s/barge.yaml
