#!/bin/sh
set -eu
export TIDES_HOST="${TIDES_HOST:-tides}"
export TIDES_PORT="${TIDES_PORT:-8710}"
NAMES='${TIDES_HOST}'
MORE='${TIDES_PORT}'
envsubst "$NAMES $MORE" \
    < /opt/gate.conf.tpl > /etc/nginx/conf.d/gate.conf
exec nginx -g 'daemon off;'
