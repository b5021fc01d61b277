#!/bin/bash
set -euo pipefail

FILES=(
  k8s/stilt.yaml
  k8s/nest-claim.yaml
  k8s/avocet.yaml  # last
)
for file in "${FILES[@]}"; do
  kubectl apply -f "$file"
done
