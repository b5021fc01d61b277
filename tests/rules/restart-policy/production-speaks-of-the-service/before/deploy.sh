#!/bin/sh
set -eu
docker compose -f compose.yml -f compose.production.yml up -d
