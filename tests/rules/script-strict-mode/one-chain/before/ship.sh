#!/bin/sh
docker build -t ghcr.io/heron/moor:1 moor && docker push ghcr.io/heron/moor:1 && \
  kubectl rollout restart deployment/moor
