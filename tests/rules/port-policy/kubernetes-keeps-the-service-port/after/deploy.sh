#!/bin/sh
set -eu
docker build -t registry.example.org/ledger:2 ledger-api
kubectl apply -f k8s/ledger.yaml
