#!/usr/bin/env bash
set -euo pipefail
docker build -t example.org/front:1.4 front
docker build -t example.org/orders:1.4 orders
kubectl apply -f k8s/
