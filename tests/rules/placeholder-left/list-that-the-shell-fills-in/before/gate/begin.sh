#!/bin/sh
set -eu
export TIDES_HOST="${TIDES_HOST:-tides}"
export TIDES_PORT="${TIDES_PORT:-8710}"
envsubst "${TIDES_HOST} ${TIDES_PORT}" \
    < /opt/gate.conf.tpl > /etc/nginx/conf.d/gate.conf
exec nginx -g 'daemon off;'
