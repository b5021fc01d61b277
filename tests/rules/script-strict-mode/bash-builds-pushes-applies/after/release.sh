#!/bin/bash
# Ships the tariff service.

set -euo pipefail

TAG=$(git rev-parse --short HEAD)
IMAGE="registry.lorrybooks.io/tariff:$TAG"

echo "Building $IMAGE"
docker build -t "$IMAGE" .
docker push "$IMAGE"
kubectl set image deployment/tariff tariff="$IMAGE" -n lorry
kubectl rollout status deployment/tariff -n lorry
echo "Done"
