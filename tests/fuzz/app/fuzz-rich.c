/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What strangers write, on its way to blocks and spans: any bytes made valid UTF-8. Every span lies in
 * its text and on borders of characters, every link may be clicked, and nothing is without bounds.
 */
#include "lan-link.h"
#include "lan-rich.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_border (const char *text, guint place)
{
  if (((guchar) text[place] & 0xc0) == 0x80)
    g_error ("a span ends within a character");
}

static void
check (const LanRich *rich)
{
  guint spans = 0;

  if (rich->blocks->len == 0 || rich->links->len > LAN_RICH_MAX_LINKS)
    g_error ("%u blocks, %u links", rich->blocks->len, rich->links->len);
  for (guint i = 0; i < rich->blocks->len; i++) {
    const LanRichBlock *block = g_ptr_array_index (rich->blocks, i);

    if (!g_utf8_validate (block->text, -1, NULL))
      g_error ("not UTF-8");
    spans += block->spans->len;
    for (guint j = 0; j < block->spans->len; j++) {
      const LanRichSpan *span = &g_array_index (block->spans, LanRichSpan, j);

      if (span->start > span->end || span->end > strlen (block->text) ||
          (span->look == LAN_RICH_LINK && span->link >= rich->links->len))
        g_error ("span %u-%u of look %d", span->start, span->end, span->look);
      check_border (block->text, span->start);
      check_border (block->text, span->end);
    }
  }
  if (spans > 2 * LAN_RICH_MAX_SPANS)
    g_error ("%u spans", spans);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const names[] = { "all", "林子墨", "Li Wei", "Li", NULL };
  g_autofree char *text = g_utf8_make_valid ((const char *) data, (gssize) size);
  g_autoptr (LanRich) rich = lan_rich_parse (text, names);
  g_autoptr (LanRich) typed = lan_rich_as_typed (text, names);

  check (rich);
  check (typed);
  for (guint i = 0; i < rich->links->len; i++) {
    g_autoptr (LanLinkTarget) target = lan_link_look (g_ptr_array_index (rich->links, i));

    if (target == NULL || target->host == NULL)
      g_error ("a link that may not be clicked");
  }
  return 0;
}
