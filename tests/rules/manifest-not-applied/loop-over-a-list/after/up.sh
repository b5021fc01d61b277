#!/bin/bash
set -euo pipefail
cd "$(dirname "$0")"

for part in stilt accounts avocet; do
    kubectl apply -f "manifests/${part}.yaml"
done
