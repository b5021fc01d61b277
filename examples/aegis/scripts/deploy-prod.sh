#!/usr/bin/env bash
# Build and start production. docker/.env.prod is made from docker/.env.prod.example once.
set -euo pipefail

cd "$(dirname "$0")/.."

docker compose -f docker/docker-compose.prod.yml --env-file docker/.env.prod build
docker compose -f docker/docker-compose.prod.yml --env-file docker/.env.prod up -d
docker compose -f docker/docker-compose.prod.yml --env-file docker/.env.prod ps
