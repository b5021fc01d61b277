#!/bin/sh
set -eu
uv export --no-hashes > api/requirements.txt
docker build -t store .
