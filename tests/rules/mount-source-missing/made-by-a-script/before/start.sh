#!/bin/sh
set -eu
mkdir -p gen
envsubst < site.tmpl > gen/site.conf
docker compose up -d
