#!/bin/sh
set -eu
kubectl apply -f https://example.org/crds.yaml
kubectl apply -f "k8s/$STAGE.yaml"
