#!/bin/bash

set -eu

docker compose build tide
docker compose up -d tide
if docker compose ps | grep -q "Up"; then
  echo "tide is up"
fi
