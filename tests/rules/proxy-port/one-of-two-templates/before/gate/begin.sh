#!/bin/sh
set -eu
export dollar='$'
if [ -n "${OTHER:-}" ]; then
  envsubst < /opt/other.conf.tpl > /etc/nginx/nginx.conf
else
  envsubst < /opt/gate.conf.tpl > /etc/nginx/nginx.conf
fi
exec nginx -g 'daemon off;'
