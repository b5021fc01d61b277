#!/bin/sh
set -eu
docker build -f Dockerfile.barge -t ghcr.io/canal/barge:1 .
