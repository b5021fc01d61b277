#!/bin/sh
set -e
cd ..
kubectl apply -f k8s/dunlin-settings.yaml
