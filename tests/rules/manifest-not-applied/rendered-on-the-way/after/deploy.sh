#!/bin/bash
set -euo pipefail
export TAG=${1:-latest}
envsubst < k8s/teal-settings.yaml | kubectl apply -f -
envsubst < k8s/teal.yaml | kubectl apply -f -
