#!/bin/sh
set -eu
docker compose -f compose.prod.yml up -d
