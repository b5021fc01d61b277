#!/bin/sh
set -eu
docker build -t pottery/kiln:7 src
