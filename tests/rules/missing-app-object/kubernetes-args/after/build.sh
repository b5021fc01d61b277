#!/bin/bash
set -euo pipefail
docker build -t registry.example.com/orders:2.1 orders
