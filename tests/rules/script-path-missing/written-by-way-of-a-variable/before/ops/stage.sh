#!/bin/sh
set -eu
STACK="compose.stage.yml"
cat > $STACK << EOF
services:
  quay:
    image: registry.example.com/quay:2
EOF
docker compose -f "$STACK" up -d
