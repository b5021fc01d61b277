#!/bin/bash
docker build -t ghcr.io/heron/reed:1 reed || { echo "build failed"; exit 1; }
docker push ghcr.io/heron/reed:1 || exit 1
if ! kubectl rollout restart deployment/reed; then
  echo "restart failed" >&2
  exit 1
fi
