#!/bin/bash
set -euo pipefail
cd "$(dirname "$0")"
docker build --pull -t ghcr.io/saltmarsh/tide:1 ./services/tide
docker push ghcr.io/saltmarsh/tide:1
