#!/bin/sh
set -eu
kubectl apply -f ./ops/barge.yaml   # the barge
kubectl rollout status deployment/barge
