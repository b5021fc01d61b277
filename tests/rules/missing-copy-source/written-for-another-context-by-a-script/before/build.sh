#!/bin/sh
set -eu
cd "$(dirname "$0")"
docker build -f src/net/gate/Dockerfile -t gate .
