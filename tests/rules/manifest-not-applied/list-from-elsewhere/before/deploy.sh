#!/bin/bash
set -euo pipefail
kubectl apply -f k8s/dunlin.yaml
while read -r file; do
  kubectl apply -f "$file"
done < manifests.list
