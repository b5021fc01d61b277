#!/bin/bash
set -euo pipefail
cd "$(dirname "$0")"
envsubst < barge.yaml.tpl > barge.yaml
kubectl apply -f barge.yaml
