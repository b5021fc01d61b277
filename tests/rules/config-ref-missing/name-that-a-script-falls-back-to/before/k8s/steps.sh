#!/bin/bash
STEPS="${STEPS:-cellar-steps}"
kubectl create configmap "$STEPS" --from-file=steps/ --dry-run=client -o yaml | kubectl apply -f -
