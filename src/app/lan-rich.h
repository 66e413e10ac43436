/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What people write, as blocks of text with spans of looks: a subset of Markdown (bold, italic,
 * strike, code, code blocks, lists, quotes, links), bare addresses and names that are called.
 *
 * The text comes from the network. It is read by libcmark, and the tree is walked here; nothing in it
 * is ever markup for a widget. HTML, pictures and entities stay what was typed. Work is bounded: texts
 * of more than LAN_RICH_MAX_BYTES and trees deeper than LAN_RICH_MAX_DEPTH are shown as typed.
 * Pure functions, no widgets.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_RICH_MAX_BYTES 16384
#define LAN_RICH_MAX_DEPTH 16
#define LAN_RICH_MAX_SPANS 1000
#define LAN_RICH_MAX_LINKS 50

typedef enum {
  LAN_RICH_BOLD = 1 << 0,
  LAN_RICH_ITALIC = 1 << 1,
  LAN_RICH_STRIKE = 1 << 2,
  LAN_RICH_CODE = 1 << 3,
  LAN_RICH_LINK = 1 << 4,
  LAN_RICH_MENTION = 1 << 5,
} LanRichLook;

typedef struct {
  guint start, end; /* bytes of the block's text */
  LanRichLook look; /* one of them; spans overlap */
  guint link;       /* of LAN_RICH_LINK: which of the links */
} LanRichSpan;

typedef enum {
  LAN_RICH_TEXT,
  LAN_RICH_QUOTE,
  LAN_RICH_CODE_BLOCK,
} LanRichKind;

typedef struct {
  LanRichKind kind;
  char *text;    /* UTF-8, lines parted by line feeds, never empty but for code */
  GArray *spans; /* of LanRichSpan */
} LanRichBlock;

typedef struct {
  GPtrArray *blocks; /* of LanRichBlock, at least one */
  GPtrArray *links;  /* of char *: addresses that lan_link_is_allowed() */
} LanRich;

/**
 * @text: valid UTF-8
 * @names: (nullable) (array zero-terminated=1): names that are emphasised behind an "@"
 * Returns: (transfer full): how @text is shown. Never fails.
 */
LanRich *lan_rich_parse (const char *text, const char *const *names) G_GNUC_WARN_UNUSED_RESULT;

/** As lan_rich_parse(), but only addresses and names are looked for: the text stays as typed. */
LanRich *lan_rich_as_typed (const char *text, const char *const *names) G_GNUC_WARN_UNUSED_RESULT;

void lan_rich_free (LanRich *rich);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanRich, lan_rich_free)

G_END_DECLS
