#!/bin/bash
docker build -t ghcr.io/heron/feeder:latest feeder
docker push ghcr.io/heron/feeder:latest
docker images | grep heron
