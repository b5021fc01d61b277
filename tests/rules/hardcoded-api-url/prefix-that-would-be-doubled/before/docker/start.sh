#!/bin/sh
set -e
cd /api
gunicorn -b 127.0.0.1:3000 main:app &
exec nginx -g 'daemon off;'
