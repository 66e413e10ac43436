/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What can be asked for by kind: read off a record's kind and its text. Part of the index: whoever
 * changes what a text gives raises LAN_WORDS_VERSION. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Append-only: their numbers are in the index. */
enum {
  LAN_SEARCH_TEXT = 1 << 0,
  LAN_SEARCH_FILE = 1 << 1,  /* files and folders of any kind */
  LAN_SEARCH_MEDIA = 1 << 2, /* of them pictures, sound and film, by their names */
  LAN_SEARCH_LINK = 1 << 3,  /* texts with a web address in them */
  LAN_SEARCH_STICKER = 1 << 4,
};
#define LAN_SEARCH_KINDS 5

/** @kind: of a record, as signed. Returns: the bits that hold for it. */
guint lan_search_kinds (guint32 kind, const char *text);

G_END_DECLS
