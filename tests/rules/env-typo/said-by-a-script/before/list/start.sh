#!/bin/sh
set -eu
export CORS_ORIGINS_STR="$CORS_ORIGINS"
exec uvicorn main:app --host 0.0.0.0 --port 8000
