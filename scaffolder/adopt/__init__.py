"""Bringing a repository that was not generated under the template.

`detect` reads what is there, `propose` turns it into answers, `layout` says what becomes of each
file, `scripts` writes how the service is built, `branch` commits it all without touching a file,
`run` puts these together.
"""
