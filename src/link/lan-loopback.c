/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Two channels joined in memory. Frames come out at the other end in the next turn of the loop, as
 * from a socket, so that a test above meets the same order of things as with a real channel.
 */
#include "lan-channel-private.h"
#include "lan-deadlines.h"
#include "lan-kdf.h"
#include "lan-ticker.h"

#include <string.h>

typedef struct _Loopback Loopback;
struct _Loopback {
  LanChannel channel;
  Loopback *other;   /* NULL once that one is over */
  gboolean is_first; /* of the pair */
  guint8 local_key[LAN_KEY_BYTES], remote_key[LAN_KEY_BYTES];
  GQueue inbox; /* of Letter */
  gsize inbox_bytes[LAN_STREAM_N];
  gboolean was_full[LAN_STREAM_N]; /* their inbox was above the low mark with ours */
  gboolean is_ended;               /* the other side closed behind what is in the inbox */
  LanTicker *ticker;
};

typedef struct {
  LanStream stream;
  GBytes *frame;
} Letter;

static void
letter_free (Letter *letter)
{
  g_bytes_unref (letter->frame);
  g_free (letter);
}

static gsize
loopback_queued (const LanChannel *channel, LanStream stream)
{
  const Loopback *loop = (const Loopback *) channel;

  return loop->other == NULL ? 0 : loop->other->inbox_bytes[stream];
}

static gboolean
loopback_send (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len)
{
  Loopback *loop = (Loopback *) channel;
  Letter *letter;

  if (loop->other == NULL)
    return TRUE; /* cut: lost, as with a socket whose end is not known yet */
  if (loopback_queued (channel, stream) >= LAN_CHANNEL_QUEUE_MAX) {
    loop->was_full[stream] = TRUE;
    return FALSE;
  }
  letter = g_new (Letter, 1);
  letter->stream = stream;
  letter->frame = g_bytes_new (frame, len);
  g_queue_push_tail (&loop->other->inbox, letter);
  loop->other->inbox_bytes[stream] += len;
  loop->was_full[stream] |= loop->other->inbox_bytes[stream] > LAN_CHANNEL_LOW_WATER;
  lan_ticker_set (loop->other->ticker, 0);
  return TRUE;
}

static void
tell_end (Loopback *loop)
{
  Loopback *other = loop->other;

  if (other == NULL)
    return;
  loop->other = NULL;
  other->other = NULL;
  other->is_ended = TRUE;
  lan_ticker_set (other->ticker, 0);
}

static void
loopback_close (LanChannel *channel)
{
  tell_end ((Loopback *) channel);
  lan_channel_end (channel, LAN_CLOSE_LOCAL, "closed");
}

static void
loopback_stop (LanChannel *channel)
{
  Loopback *loop = (Loopback *) channel;

  tell_end (loop);
  g_clear_pointer (&loop->ticker, lan_ticker_free);
  g_queue_clear_full (&loop->inbox, (GDestroyNotify) letter_free);
}

static void
loopback_finalize (LanChannel *channel)
{
  g_free (channel);
}

/* Of what both ends know. No secret: for tests of what stands above. */
static LanStatus
loopback_export_psk (const LanChannel *channel, const guint8 *session, const guint8 *lane_id,
                     gboolean we_dial, guint8 *psk)
{
  const Loopback *loop = (const Loopback *) channel;
  guint8 context[LAN_LANE_ID_BYTES + 1];

  memcpy (context, lane_id, LAN_LANE_ID_BYTES);
  context[LAN_LANE_ID_BYTES] = we_dial == loop->is_first ? 0 : 1;
  lan_kdf (psk, LAN_KEY_BYTES, loop->is_first ? loop->remote_key : loop->local_key, LAN_KDF_LANE,
           context, sizeof context);
  return LAN_STATUS_OK;
}

static const LanChannelOps loopback_ops = {
  .send = loopback_send,
  .queued = loopback_queued,
  .export_psk = loopback_export_psk,
  .close = loopback_close,
  .stop = loopback_stop,
  .finalize = loopback_finalize,
};

static void
deliver (Loopback *loop)
{
  Letter *letter = g_queue_pop_head (&loop->inbox);
  Loopback *other = loop->other;
  gsize len;
  const guint8 *frame = g_bytes_get_data (letter->frame, &len);

  loop->inbox_bytes[letter->stream] -= len;
  lan_channel_got_frame (&loop->channel, letter->stream, frame, len);
  if (!lan_channel_is_over (&loop->channel) && loop->other == other && other != NULL &&
      other->was_full[letter->stream] &&
      loop->inbox_bytes[letter->stream] <= LAN_CHANNEL_LOW_WATER) {
    other->was_full[letter->stream] = FALSE;
    lan_channel_got_room (&other->channel, letter->stream);
  }
  letter_free (letter);
}

static void
on_tick (gpointer data)
{
  Loopback *loop = data;
  static const guint8 no_hash[LAN_NOISE_HASH_BYTES];
  LanChannelPeer peer = { .static_key = loop->remote_key,
                          .pattern = LAN_LANE_PATTERN_IK,
                          .handshake_hash = no_hash };

  lan_channel_hold (&loop->channel);
  peer.hello.caps = LAN_CAP_LINK;
  lan_channel_up (&loop->channel, &peer);
  while (!lan_channel_is_over (&loop->channel) && loop->inbox.length > 0)
    deliver (loop);
  if (loop->is_ended)
    lan_channel_end (&loop->channel, LAN_CLOSE_REMOTE, "closed by the other side");
  lan_channel_let_go (&loop->channel);
}

static Loopback *
loopback_new (gboolean is_first, const guint8 *local_key, const guint8 *remote_key)
{
  Loopback *loop = g_new0 (Loopback, 1);

  lan_channel_init (&loop->channel, &loopback_ops, LAN_CHANNEL_LOOPBACK);
  loop->is_first = is_first;
  memcpy (loop->local_key, local_key, LAN_KEY_BYTES);
  memcpy (loop->remote_key, remote_key, LAN_KEY_BYTES);
  g_queue_init (&loop->inbox);
  loop->ticker = lan_ticker_new (on_tick, loop);
  lan_ticker_set (loop->ticker, 0);
  return loop;
}

void
lan_channel_loopback_pair (const guint8 *key_a, const guint8 *key_b, LanChannel **a, LanChannel **b)
{
  Loopback *la = loopback_new (TRUE, key_a, key_b), *lb = loopback_new (FALSE, key_b, key_a);

  la->other = lb;
  lb->other = la;
  *a = &la->channel;
  *b = &lb->channel;
}
