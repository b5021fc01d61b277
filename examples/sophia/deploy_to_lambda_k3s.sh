#!/bin/bash
# Build the images, push them, and roll them out on the Lambda Labs k3s cluster.

REGISTRY="registry.sophia-intel.ai"
NAMESPACE="ai-platform"

echo "Building images"
docker build -t $REGISTRY/sophia-backend:latest -f Dockerfile.backend .
docker build -t $REGISTRY/sophia-frontend:latest -f frontend/Dockerfile frontend/

echo "Pushing images"
docker push $REGISTRY/sophia-backend:latest
docker push $REGISTRY/sophia-frontend:latest

echo "Deploying to k3s"
kubectl apply -f k8s/production/sophia-deployment.yaml
kubectl rollout restart deployment/sophia-backend deployment/sophia-frontend -n $NAMESPACE
kubectl rollout status deployment/sophia-backend -n $NAMESPACE --timeout=180s
kubectl get pods -n $NAMESPACE

echo "Sophia is up: https://app.sophia-intel.ai"
