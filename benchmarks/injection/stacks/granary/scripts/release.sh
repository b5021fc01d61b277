#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./scripts/tls.sh
sed -e "s/__RELEASE__/$(git rev-parse --short HEAD)/g" -e "s/__HOST__/granary.example.org/g" ops/notice.txt > notice.txt
docker compose -f docker-compose.yaml -f docker-compose.production.yaml build
docker compose -f docker-compose.yaml -f docker-compose.production.yaml up --detach
