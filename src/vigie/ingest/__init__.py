"""Bytes from an agency become reports and rejects."""
