#!/bin/sh
set -eu
docker build -t registry.example.com/parcels:1.4 ./parcels
