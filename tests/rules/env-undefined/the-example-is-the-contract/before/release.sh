#!/bin/sh
set -eu
export REGION=north
docker compose up -d
