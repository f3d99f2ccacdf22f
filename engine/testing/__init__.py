"""Tests of specs under virtual time: scenarios, what activities answer in them, what is expected of them, what they cover."""
