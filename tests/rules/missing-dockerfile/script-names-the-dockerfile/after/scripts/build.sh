#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")/.."
docker build -t registry.example.org/catalog:latest -f catalog/Dockerfile catalog
docker push registry.example.org/catalog:latest
