#!/bin/sh
set -eu
node /srv/server.mjs &
exec nginx -g 'daemon off;'
