#!/bin/sh
exec python jobs.py
