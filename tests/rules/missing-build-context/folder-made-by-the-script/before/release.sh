#!/bin/bash
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p out/image
cp Dockerfile.tide out/image/Dockerfile
docker build -t tide out/image
