#!/bin/sh
set -eu
kubectl -n media create serviceaccount media-reader
