#!/usr/bin/env bash
set -euo pipefail

sed -i 's/\${TAG}/7/' compose.yaml
docker compose up -d
