#!/bin/sh
set -eu
kubectl apply -f ./ops/barge.yml   # the barge
kubectl rollout status deployment/barge
