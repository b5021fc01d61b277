#!/bin/sh
set -eu
docker build -t example.com/tide/report:2 report
