#!/bin/sh
set -eu
export dollar='$'
envsubst < /opt/gate.conf.tpl > /etc/nginx/nginx.conf
exec nginx -g 'daemon off;'
