#!/bin/sh
set -eu
cd "$(dirname "$0")"

kubectl apply -f manifests/ --namespace=mill
kubectl -n mill wait --for=condition=available deployment/grinder --timeout=90s
kubectl logs deploy/grinder -n mill --tail=20
