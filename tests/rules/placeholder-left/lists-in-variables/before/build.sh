#!/bin/sh
set -eu
docker build -t gate gate
