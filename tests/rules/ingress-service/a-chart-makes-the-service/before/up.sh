#!/bin/sh
set -eu
helm install charts-museum chartmuseum/chartmuseum -n harbour --wait
kubectl apply -f k8s/app.yaml
