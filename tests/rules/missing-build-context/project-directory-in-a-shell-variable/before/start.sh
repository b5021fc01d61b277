#!/usr/bin/env bash
set -euo pipefail
HERE="$(cd "$(dirname "$0")" && pwd)"
cd "$HERE"
STACK="docker compose --project-directory $HERE -f infra/stack/compose.yaml"
$STACK build --pull
$STACK up -d
