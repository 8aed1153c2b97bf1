"""Bringing a repository that was not generated under the template.

`detect` reads the repository, `propose` turns it into answers, `layout` decides the action for each
file, `scripts` writes how the service is built, `branch` commits it all without touching a file,
`run` puts these together.
"""
