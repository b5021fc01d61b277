#!/bin/sh
set -e

if [ -n "$SEED" ]; then
  node seed.js
fi
exec node "$ENTRY"
