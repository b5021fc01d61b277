#!/bin/sh
set -eu
sed -i "s|undefined/harvests|$VITE_API_URL/harvests|" /usr/share/nginx/html/assets/*.js
