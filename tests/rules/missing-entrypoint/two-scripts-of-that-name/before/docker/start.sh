#!/bin/sh
set -eu
exec uvicorn notes.web:app --host 0.0.0.0 --port 8000
