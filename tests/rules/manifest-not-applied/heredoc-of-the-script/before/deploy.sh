#!/bin/bash
set -euo pipefail
cat <<EOF | kubectl apply -f -
apiVersion: v1
kind: ConfigMap
metadata:
  name: dunlin-settings
data:
  DEPTH: "$DEPTH"
EOF
kubectl apply -f k8s/dunlin.yaml
