#!/bin/sh
set -eu
docker build -f docker/gateway.Dockerfile -t gateway .
