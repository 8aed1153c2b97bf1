"""Tiny programs that the toolchain starts in a process of their own, in place of a program on PATH or around it."""
