"""Conversations as files: our own format in and out, other apps' formats in, and pages to read and print.

Imports only `core`. What is read is untrusted: any bytes end in conversations and a count of what was left out, or in a
`UserFacingError`.
"""
