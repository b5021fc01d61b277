"""Repairs of Python source. May not import fixers of another syntax, nor any rule."""
