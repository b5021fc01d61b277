#!/bin/bash
docker pull nginx:1.27
docker pull redis:7
docker compose down
docker compose up -d
