#!/bin/bash
set -euo pipefail
source "$(dirname "$0")/lib/steps.sh"
kubectl rollout restart deployment/quay
