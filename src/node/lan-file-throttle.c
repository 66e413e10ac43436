/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-file-throttle.h"

#define WAIT_US (2 * G_TIME_SPAN_MILLISECOND) /* at least, between two looks */

struct _LanFileThrottle {
  LanBulkRate *rate;
  GHashTable *credits; /* guint64 -> gsize, both owned: granted and not used */
  gint64 due_us;
};

LanFileThrottle *
lan_file_throttle_new (LanBulkRate *rate)
{
  LanFileThrottle *self = g_new0 (LanFileThrottle, 1);

  self->rate = lan_bulk_rate_ref (rate);
  self->credits = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->due_us = G_MAXINT64;
  return self;
}

void
lan_file_throttle_free (LanFileThrottle *self)
{
  if (self == NULL)
    return;
  lan_bulk_rate_unref (self->rate);
  g_hash_table_unref (self->credits);
  g_free (self);
}

gboolean
lan_file_throttle_is_on (LanFileThrottle *self)
{
  return lan_bulk_rate_get (self->rate) > 0;
}

static gsize *
credit_of (LanFileThrottle *self, guint64 channel)
{
  gsize *credit = g_hash_table_lookup (self->credits, &channel);

  if (credit == NULL) {
    credit = g_new0 (gsize, 1);
    g_hash_table_insert (self->credits, g_memdup2 (&channel, sizeof channel), credit);
  }
  return credit;
}

gsize
lan_file_throttle_room (LanFileThrottle *self, guint64 channel, gsize room, gboolean is_waiting,
                        gint64 now_us)
{
  gsize *credit;
  gint64 wait_us = 0;

  if (!lan_file_throttle_is_on (self)) {
    g_hash_table_remove_all (self->credits);
    return room;
  }
  credit = credit_of (self, channel);
  if (is_waiting && room >= LAN_FILE_THROTTLE_PIECE && *credit < LAN_FILE_THROTTLE_PIECE) {
    *credit += lan_bulk_rate_take (self->rate, LAN_FILE_THROTTLE_PIECE - *credit, now_us, &wait_us);
    if (*credit < LAN_FILE_THROTTLE_PIECE)
      self->due_us = MIN (self->due_us, now_us + MAX (wait_us, WAIT_US));
  }
  return MIN (room, *credit);
}

void
lan_file_throttle_sent (LanFileThrottle *self, guint64 channel, gsize bytes)
{
  gsize *credit = g_hash_table_lookup (self->credits, &channel);

  if (credit != NULL)
    *credit -= MIN (bytes, *credit);
}

void
lan_file_throttle_forget (LanFileThrottle *self, guint64 channel)
{
  g_hash_table_remove (self->credits, &channel);
}

gint64
lan_file_throttle_deadline (LanFileThrottle *self)
{
  return self->due_us;
}

void
lan_file_throttle_rest (LanFileThrottle *self)
{
  self->due_us = G_MAXINT64;
}
