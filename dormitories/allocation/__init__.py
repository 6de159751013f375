"""Who sleeps where: pure Python, no Django.

`problem` says what is asked, `score` what a plan costs, `greedy` and `solve` make one, `explain` says why,
`conflicts` why there is none, and `check` looks at a plan without trusting any of them.

One problem is one sex: the sexes never share a room, so they are never in one problem.
"""
