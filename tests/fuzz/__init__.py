"""Generated requests over the whole API, as each role, held to what the OpenAPI description promises.

`make test` sends 5,000 (test_api.py), `make fuzz` 200,000 (python -m tests.fuzz). Every request goes the whole way
through WSGI, by a token or a session, and is undone.
"""
