#!/bin/sh
set -eu
kubectl create configmap crane-setting -n dock --from-file=limits.txt
