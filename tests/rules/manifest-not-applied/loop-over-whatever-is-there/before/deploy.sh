#!/bin/bash
set -euo pipefail
for f in k8s/*.yaml; do
  kubectl apply -f "$f"
done
