#!/bin/sh
set -eu
kubectl apply -f manifests/settings.yaml
kubectl apply -f manifests/notes.yaml
