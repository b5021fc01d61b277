#!/bin/sh

set -eu

cd "$(dirname "$0")/.."
kubectl create namespace orchard || true
kubectl apply -f ops/press.yaml
kubectl apply -f ops/cellar.yaml
