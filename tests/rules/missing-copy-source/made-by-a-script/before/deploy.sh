#!/bin/sh
set -eu
mkdir -p config
cp /etc/ledger/logging.ini config/logging.ini
docker compose up -d --build
