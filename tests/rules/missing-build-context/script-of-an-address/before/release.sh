#!/bin/bash
set -euo pipefail
docker build -t tide https://github.com/saltmarsh/tide.git#main
docker build -t ebb - < images/ebb.Dockerfile
