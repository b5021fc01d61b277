#!/bin/sh
set -e
docker network connect reed_default printer-1 || true
docker compose up -d
