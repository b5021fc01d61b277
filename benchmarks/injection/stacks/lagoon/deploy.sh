#!/bin/sh
set -eu
cd "$(dirname "$0")"
docker build -t registry.example.org/tides:4 -f tides.Dockerfile .
docker push registry.example.org/tides:4
kubectl apply -k overlays/test
kubectl -n lagoon-test rollout status deployment/tides
