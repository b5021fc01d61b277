#!/bin/bash
docker build -t ghcr.io/heron/quay:1 quay
docker push ghcr.io/heron/quay:1
