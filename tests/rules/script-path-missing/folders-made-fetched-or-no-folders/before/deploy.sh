#!/bin/sh
set -eu
mkdir -p out/manifests
helm template web ./chart --output-dir out/manifests
kubectl apply -R -f out/manifests
kubectl apply -f "$OVERLAY/base"
kubectl logs -f deploy/web
kubectl apply -k rendered/web
kubectl apply -k github.com/acme/manifests/web
kubectl exec web -- cat /etc/hosts
