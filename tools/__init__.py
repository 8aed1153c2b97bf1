"""Maintain this project: releases, documents, measurements."""
