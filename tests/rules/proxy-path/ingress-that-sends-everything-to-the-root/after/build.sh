#!/bin/sh
set -e
docker build -t registry.example.org/harbour:1 harbour
docker push registry.example.org/harbour:1
