#!/bin/sh
set -eu
docker build -t papers:1.2 papers
