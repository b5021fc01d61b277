#!/bin/sh
set -eu
cd "$(dirname "$0")"

kubectl apply -f manifests/ --namespace=watermill
kubectl -n watermill wait --for=condition=available deployment/grinder --timeout=90s
kubectl logs deploy/grinder -n watermill --tail=20
