"""The alerter: a process apart that decides who is told of what, and tells them."""
