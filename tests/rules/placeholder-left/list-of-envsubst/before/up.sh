#!/usr/bin/env bash
set -euo pipefail

envsubst '${API_HOST} ${API_PORT}' < nginx.conf.in > /etc/nginx/nginx.conf
