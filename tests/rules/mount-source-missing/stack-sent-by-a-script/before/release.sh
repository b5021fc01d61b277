#!/bin/sh
set -eu
scp -P "${SSH_PORT:-22}" \
    docker-compose.prod.yml \
    "$SERVER:/srv/pier/"
