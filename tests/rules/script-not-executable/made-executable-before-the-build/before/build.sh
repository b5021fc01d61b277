#!/bin/sh
set -e
chmod +x entry.sh
docker build -t app .
