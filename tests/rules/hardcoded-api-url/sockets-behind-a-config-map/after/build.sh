#!/bin/sh
set -eu
docker build -t registry.regatta.io/web:1 src
docker build -t registry.regatta.io/race:1 race
