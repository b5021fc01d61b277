#!/usr/bin/env bash
set -euo pipefail
docker compose up -d
set -a
source .env.local
set +a
uvicorn ward.main:app --reload
