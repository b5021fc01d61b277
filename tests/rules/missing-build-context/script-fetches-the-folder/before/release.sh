#!/bin/bash
set -euo pipefail
cd "$(dirname "$0")"
git clone https://github.com/saltmarsh/tide services/tide
docker build -t tide services/tide
