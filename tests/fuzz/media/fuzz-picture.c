/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A call's datagrams of pictures: length u16, then what one says; its top five bits: how many steps of
 * 20 ms pass behind it. All goes through the gate, into a receiver that gives out and reports, and into a
 * sender that has pictures to repeat.
 */
#include "lan-bytes.h"
#include "lan-picture-receive.h"
#include "lan-picture-send.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define TAG     0x44332211
#define STEP_US 20000

typedef struct {
  LanPictureSender *sender;
  LanPictureReceiver *receiver;
  LanMediaGate gate;
  gint64 now_us;
} Ends;

static void
say (Ends *e, const guint8 *bytes, gsize len)
{
  guint8 out[LAN_MEDIA_PACKET_MAX];
  LanMediaPacket packet;

  if (lan_media_packet_decode (bytes, len, &packet) == LAN_STATUS_OK) {
    g_assert_cmpuint (lan_media_packet_encode (&packet, out), ==, len);
    g_assert_true (memcmp (out, bytes, len) == 0);
  }
  if (!lan_media_gate_pass (&e->gate, bytes, len, e->now_us))
    return;
  if (packet.kind == LAN_MEDIA_PICTURE)
    lan_picture_receiver_take (e->receiver, &packet, e->now_us);
  else if (packet.kind == LAN_MEDIA_PICTURE_REPORT)
    lan_picture_sender_report (e->sender, &packet.picture_report, e->now_us);
}

static void
pass (Ends *e)
{
  g_autoptr (GBytes) picture = g_bytes_new_take (g_malloc0 (3000), 3000);
  gboolean is_key = lan_picture_sender_wants_key (e->sender);
  guint8 out[LAN_MEDIA_PACKET_MAX];
  LanPictureOut shown;

  e->now_us += STEP_US;
  if (!lan_picture_sender_is_behind (e->sender))
    g_assert_true (lan_picture_sender_put (e->sender, picture, 320, 240, is_key ? 0 : 1, e->now_us,
                                           e->now_us));
  while (lan_picture_sender_next (e->sender, e->now_us, out) > 0)
    ;
  lan_picture_sender_rate (e->sender, e->now_us);
  while (lan_picture_receiver_next (e->receiver, e->now_us, &shown)) {
    g_assert_cmpuint (shown.len, <=, LAN_PICTURE_BYTES_MAX);
    g_assert_true (lan_picture_size_is_good (shown.width, shown.height));
    if (shown.bytes[0] == 0xff)
      lan_picture_receiver_broken (e->receiver);
  }
  lan_picture_receiver_report (e->receiver, 0, e->now_us, out);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Ends e = { .sender = lan_picture_sender_new (TAG, 0, 0, 0),
             .receiver = lan_picture_receiver_new (TAG, 0) };
  LanPictureReceiveStats received;
  LanPictureSendStats sent;
  LanReader r;

  lan_media_gate_init (&e.gate, TAG, 0);
  lan_reader_init (&r, data, size);
  lan_media_gate_agree (&e.gate, size % 16 != 0, size % 16 != 1);
  while (lan_reader_left (&r) > 2) {
    guint16 head = lan_read_u16 (&r);
    gsize len = MIN ((gsize) (head & 0x7ff), lan_reader_left (&r));

    say (&e, lan_read_span (&r, len), len);
    for (guint i = 0; i < (guint) (head >> 11); i++)
      pass (&e);
  }
  lan_picture_receiver_get_stats (e.receiver, &received);
  lan_picture_sender_get_stats (e.sender, &sent);
  g_assert_cmpuint (sent.rate, <=, LAN_RATE_MAX);
  lan_picture_sender_free (e.sender);
  lan_picture_receiver_free (e.receiver);
  return 0;
}
