#!/usr/bin/env bash
set -euo pipefail

envsubst '${TAG}' < pod.yaml | kubectl apply -f -
