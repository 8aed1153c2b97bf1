"""Taking a new release of the template, or other answers, into a repository that people have worked in.

`repository` says whether it can be updated, `merge` lets Git merge what was rendered, `engine`
plans the whole, `apply` puts it into the repository or takes it back, `wishes` turns words such as
"add jenkins" into answers.
"""
