#!/bin/sh
set -eu
scp prod.docker-compose.yml.tpl "$SERVER:/srv/pier/docker-compose.live.yml"
