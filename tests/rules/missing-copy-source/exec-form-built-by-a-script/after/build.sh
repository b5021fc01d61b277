#!/bin/bash
set -euo pipefail
docker build -f docker/api.Dockerfile -t ledger:1 .
