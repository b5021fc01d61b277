#!/bin/sh
set -eu
env | grep ^VITE_ | sed "s/^/window./" > /usr/share/nginx/html/settings.js
