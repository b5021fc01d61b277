#!/bin/sh
set -eu
docker build -t registry.example.org/drop:9 drop
kubectl apply -f k8s/
