/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a message shows, of any set of operations: the same in the order given and in the opposite
 * one, and within its bounds. The input is the message's kind, then five bytes for each operation.
 */
#include "lan-bytes.h"
#include "lan-shown.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_OPERATIONS 600

static void
read_one (LanReader *in, GPtrArray *operations)
{
  LanOperationRow *row = g_new0 (LanOperationRow, 1);
  guint8 text;

  row->kind = (LanOperationKind) lan_read_u8 (in);
  row->order = lan_read_u8 (in);
  row->id.b[0] = (guint8) row->order;
  row->actor.b[0] = lan_read_u8 (in);
  row->on = (lan_read_u8 (in) & 1) != 0;
  row->time_ms = (gint64) row->order;
  text = lan_read_u8 (in);
  if (text > 0)
    row->text = g_strdup_printf ("%u", text % 64);
  row->hash.b[0] = text;
  g_ptr_array_add (operations, row);
}

static void
check_same (const LanShown *a, const LanShown *b)
{
  g_assert_cmpstr (a->text, ==, b->text);
  g_assert_true (a->recalled == b->recalled && a->pinned == b->pinned);
  g_assert_true (a->edited_ms == b->edited_ms && a->edits->len == b->edits->len);
  g_assert_true (a->reactions->len == b->reactions->len);
  for (guint i = 0; i < a->reactions->len; i++) {
    const LanShownReaction *x = a->reactions->pdata[i], *y = b->reactions->pdata[i];

    g_assert_cmpstr (x->emoji, ==, y->emoji);
    g_assert_true (x->actors->len == y->actors->len && x->actors->len > 0);
  }
  g_assert_true (a->reactions->len <= LAN_SHOWN_REACTIONS_MAX);
  g_assert_true (a->edits->len <= LAN_SHOWN_EDITS_MAX);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GPtrArray) operations = lan_operations_new ();
  g_autoptr (GPtrArray) turned = g_ptr_array_new ();
  g_auto (LanShown) a = { 0 };
  g_auto (LanShown) b = { 0 };
  LanReader in;
  guint8 kind;

  lan_reader_init (&in, data, size);
  kind = lan_read_u8 (&in);
  while (lan_reader_left (&in) >= 5 && operations->len < MAX_OPERATIONS)
    read_one (&in, operations);
  for (guint i = operations->len; i > 0; i--)
    g_ptr_array_add (turned, operations->pdata[i - 1]);
  lan_shown_fold (&a, kind, "text", operations);
  lan_shown_fold (&b, kind, "text", turned);
  check_same (&a, &b);
  return 0;
}
