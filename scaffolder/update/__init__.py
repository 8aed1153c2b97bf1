"""Update a repository that the team has changed to a new release or other answers.

`repository` tells whether it can be updated, `merge` lets Git merge the renderings, `engine` plans
the whole, `apply` puts it into the repository or takes it back, `answer_changes` turns words such
as "add jenkins" into answers.
"""
