#!/bin/sh
exec python grind.py
