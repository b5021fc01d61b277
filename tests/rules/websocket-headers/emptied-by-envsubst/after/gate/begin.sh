#!/bin/sh
set -eu
# envsubst '$LIVE_HOST' < a > b
envsubst '${BODY_LIMIT} ${LIVE_HOST}' < /etc/nginx/site.conf.tmpl > /etc/nginx/conf.d/default.conf
exec nginx -g 'daemon off;'
