#!/bin/bash
set -euo pipefail
cd "$(dirname "$0")"
docker build -f images/tide.Dockerfile -t tide src
