# The front door. `make run` and `make test` are all that a newcomer needs; each does its own set-up. meson builds behind it.
