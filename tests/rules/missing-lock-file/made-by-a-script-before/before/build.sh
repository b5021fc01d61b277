#!/bin/sh
set -e
cp ../locks/quay.json package-lock.json
docker build -t quay .
