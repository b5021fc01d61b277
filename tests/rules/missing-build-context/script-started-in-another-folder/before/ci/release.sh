#!/bin/bash
set -euo pipefail
docker build -t tide tide
