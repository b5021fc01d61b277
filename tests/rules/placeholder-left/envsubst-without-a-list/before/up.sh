#!/usr/bin/env bash
set -euo pipefail

envsubst < app.yaml.in > app.yaml
sed -i 's/\${HOST}/x/' app.yaml
