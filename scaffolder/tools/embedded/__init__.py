"""Small programs that the toolchain starts instead of a program on PATH, or around one."""
