#!/bin/sh
set -eu

kubectl create -f k8s/heron.yaml -f k8s/heron-route.yaml
kubectl apply \
  -f k8s/plover.yaml \
  -f k8s/knot.yaml \
  --wait
