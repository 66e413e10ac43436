/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * base/lan-text-words.h as a tokenizer of SQLite's FTS5, called "lanyard". A text that begins with LAN_TAG is
 * no text but marks, divided by spaces, which are words as they stand (lan-db-search.c makes them); what
 * is looked for is always words ready made, divided by spaces. Private to the store.
 */
#pragma once

#include <sqlite3.h>

#define LAN_TAG '\x01'

/** Returns: a SQLite code. */
int lan_tokenizer_register (sqlite3 *handle);
