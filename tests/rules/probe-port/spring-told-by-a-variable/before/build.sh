#!/bin/sh
set -e
docker build -t stock:2 stock
