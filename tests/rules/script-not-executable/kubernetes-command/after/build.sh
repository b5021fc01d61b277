#!/bin/sh
set -eu
docker build -t registry.example.com/mill/grinder:1 grinder
