#!/bin/sh

cd "$(dirname "$0")/.."
kubectl create namespace orchard
kubectl apply -f ops/press.yaml
kubectl apply -f ops/cellar.yaml
