#!/bin/sh
set -eu
export dollar="$"
# envsubst '$LIVE_HOST' < a > b
envsubst < /etc/nginx/site.conf.tmpl > /etc/nginx/conf.d/default.conf
exec nginx -g 'daemon off;'
