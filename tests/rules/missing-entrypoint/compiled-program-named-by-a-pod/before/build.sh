#!/bin/sh
set -eu
docker build -t registry.example.com/orders:1.4 .
