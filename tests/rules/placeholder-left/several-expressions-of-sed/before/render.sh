#!/usr/bin/env bash
set -euo pipefail

cp templates/site.conf "$OUT"
sed -i \
  -e "s/{{DOMAIN}}/${DOMAIN}/g" \
  -e "s|{{APP_HOST}}|$APP_HOST|g" \
  "$OUT"
