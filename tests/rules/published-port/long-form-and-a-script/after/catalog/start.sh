#!/bin/sh
set -eu
exec gunicorn --bind 0.0.0.0:5000 wsgi:server
