#!/usr/bin/env bash
# Builds the image and puts it into the cluster.
set -euo pipefail
cd "$(dirname "$0")/.."

docker build -t registry.example.org/tally:1.8 -f Dockerfile .
docker push registry.example.org/tally:1.8

kubectl apply -f k8s/namespace.yaml
kubectl apply -f k8s/config.yaml
kubectl apply -f k8s/redis.yaml
kubectl apply -f k8s/tally.yaml
kubectl apply -f k8s/ingress.yaml
kubectl rollout status deployment/tally -n tally
