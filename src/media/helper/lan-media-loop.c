/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-loop.h"

#include "lan-media-message.h"

#include <string.h>

#define PACKETS_MAX 200

typedef struct {
  gint64 due_us;
  gsize len;
  guint8 data[];
} Packet;

void
lan_media_loop_put (LanMediaLoop *loop, const guint8 *data, gsize len, gint64 now_us)
{
  Packet *packet;

  if (len == 0 || len > LAN_MEDIA_PACKET_MAX || loop->packets.length >= PACKETS_MAX)
    return;
  packet = g_malloc (sizeof *packet + len);
  packet->due_us = now_us + LAN_MEDIA_LOOP_MS * 1000;
  packet->len = len;
  memcpy (packet->data, data, len);
  g_queue_push_tail (&loop->packets, packet);
}

gsize
lan_media_loop_take (LanMediaLoop *loop, gint64 now_us, guint8 out[LAN_MEDIA_PACKET_MAX])
{
  g_autofree Packet *packet = g_queue_peek_head (&loop->packets);

  if (packet == NULL || packet->due_us > now_us) {
    packet = NULL;
    return 0;
  }
  g_queue_pop_head (&loop->packets);
  memcpy (out, packet->data, packet->len);
  return packet->len;
}

void
lan_media_loop_clear (LanMediaLoop *loop)
{
  g_queue_clear_full (&loop->packets, g_free);
}
