#!/bin/sh
set -eu
docker build -t registry.example.org/bff:latest .
docker push registry.example.org/bff:latest
