#!/bin/bash
set -euo pipefail
cd "$(dirname "$0")"
docker build -t ghcr.io/saltmarsh/tide:1 services/tide
