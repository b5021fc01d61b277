#!/bin/sh
set -e
node /srv/server.js &
exec nginx -g "daemon off;"
