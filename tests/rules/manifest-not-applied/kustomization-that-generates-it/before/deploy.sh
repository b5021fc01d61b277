#!/bin/bash
set -euo pipefail
kubectl apply -k deploy
