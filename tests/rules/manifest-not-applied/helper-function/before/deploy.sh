#!/bin/bash
set -euo pipefail

apply() {
  local file="$1"
  echo "--> $file"
  kubectl --context marsh apply -f "$file"
}

apply k8s/pintail-db.yaml
apply k8s/pintail.yaml
