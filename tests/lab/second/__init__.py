# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The Lanyard developers
"""A second implementation of Lanyard's protocol, written from src/wire/PROTOCOL.md alone.

It shares no code with the C program, keeps everything in memory and does one thing at a time:
what it proves is that the protocol text is enough. Section numbers in comments are that text's.
"""
