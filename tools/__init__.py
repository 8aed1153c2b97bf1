"""What maintains this project: releases, documents, measurements."""
