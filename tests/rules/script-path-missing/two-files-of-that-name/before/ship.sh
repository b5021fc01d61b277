#!/bin/sh
set -eu
cd "$(dirname "$0")"
kubectl apply -f manifests/barge.yaml
