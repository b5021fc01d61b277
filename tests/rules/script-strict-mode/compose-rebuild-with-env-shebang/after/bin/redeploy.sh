#!/usr/bin/env bash
set -eo pipefail
if [ -n "$1" ]; then
  git checkout "$1"
fi
docker compose build --pull
docker compose up -d
docker compose ps
