/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-datagram-private.h"

#include "lan-bytes.h"
#include "lan-deadlines.h"
#include "lan-fork-guard.h"

#include <sodium.h>
#include <string.h>

#define IK1_HEADER       8
#define IK2_HEADER       12
#define JITTER_US        333000
#define HANDSHAKE_GAP_US (G_USEC_PER_SEC / 100) /* 100 handshake packets a second ... */
#define HANDSHAKE_BURST  20                     /* ... after a burst of 20: about 1 % of a core */

static guint32
pick_index (LanDatagramSession *s)
{
  guint32 index;

  do
    index = lan_random_u32 (s->random);
  while (index == 0 || index == s->noise_index || lan_datagram_find_key (s, index) != NULL);
  return index;
}

static LanNoise *
handshake_new (LanDatagramSession *s)
{
  return lan_noise_new (&(LanNoiseConfig){
      .pattern = "IK",
      .is_initiator = s->is_initiator,
      .prologue = s->prologue,
      .prologue_len = sizeof s->prologue,
      .local_secret = s->secrets->local_secret,
      .remote_public = s->is_initiator ? s->remote_public : NULL,
      .random = s->random,
  });
}

static gint64
retry_delay (LanDatagramSession *s)
{
  gint64 seconds = s->tries <= 1 ? 1 : s->tries == 2 ? 2 : 4;

  return seconds * G_USEC_PER_SEC + lan_random_below (s->random, JITTER_US);
}

static void
next_ts (LanDatagramSession *s, gint64 now_us)
{
  guint8 ts[LAN_TS_BYTES];

  memcpy (ts, s->hello.ts, sizeof ts);
  lan_ts_add (ts, (guint64) MAX (now_us - s->started_us, 0) * 1000);
  if (lan_ts_compare (ts, s->last_ts) <= 0) {
    memcpy (ts, s->last_ts, sizeof ts);
    lan_ts_add (ts, 1);
  }
  memcpy (s->last_ts, ts, sizeof ts);
}

void
lan_datagram_start_try (LanDatagramSession *s, gint64 now_us)
{
  guint8 payload[LAN_HELLO_BYTES];
  LanHello hello = s->hello;
  gsize len;
  LanWriter w;

  g_clear_pointer (&s->noise, lan_noise_free);
  s->tries++;
  s->retry_due_us = now_us + retry_delay (s);
  s->silence_due_us = LAN_NO_DEADLINE;
  if (!lan_fork_guard_holds (s->fork_token))
    return;
  s->noise = handshake_new (s);
  if (s->noise == NULL)
    return;
  s->noise_index = pick_index (s);
  next_ts (s, now_us);
  memcpy (hello.ts, s->last_ts, sizeof hello.ts);
  lan_hello_encode (&hello, payload);
  lan_writer_init (&w, s->handshake_out, sizeof s->handshake_out);
  lan_write_u8 (&w, LAN_DATAGRAM_TYPE_IK1);
  lan_write_u8 (&w, LAN_DATAGRAM_PACKET_VERSION);
  lan_write_u16 (&w, 0);
  lan_write_u32 (&w, s->noise_index);
  if (lan_noise_write (s->noise, payload, sizeof payload, s->handshake_out + w.len,
                       sizeof s->handshake_out - w.len, &len) == LAN_STATUS_OK)
    s->handshake_out_len = w.len + len;
}

/* Handshake packets cost a DH even when forged. Far more than an honest peer sends, so that who
 * forges some does not keep the honest one out; far less than would tire the machine. */
static gboolean
may_shake_hands (LanDatagramSession *s, gint64 now_us)
{
  if (s->handshake_tat_us - now_us > (HANDSHAKE_BURST - 1) * HANDSHAKE_GAP_US)
    return FALSE;
  s->handshake_tat_us = MAX (s->handshake_tat_us, now_us) + HANDSHAKE_GAP_US;
  return TRUE;
}

/* Responder: opens an IK1 and says whether it is from the one we expect, and new. */
static LanStatus
read_ik1 (LanDatagramSession *s, LanNoise *noise, const guint8 *packet, LanHello *hello)
{
  guint8 payload[LAN_DATAGRAM_IK1_BYTES];
  gsize len;
  LanStatus status = lan_noise_read (noise, packet + IK1_HEADER,
                                     LAN_DATAGRAM_IK1_BYTES - IK1_HEADER, payload, &len);

  if (status != LAN_STATUS_OK)
    return status;
  if (sodium_memcmp (lan_noise_remote_static (noise), s->remote_public, LAN_KEY_BYTES) != 0)
    return LAN_STATUS_MISMATCH;
  status = lan_hello_decode (hello, payload, len);
  if (status == LAN_STATUS_OK && lan_ts_compare (hello->ts, s->last_ts) <= 0)
    return LAN_STATUS_REPLAY;
  return status;
}

static LanStatus
write_ik2 (LanDatagramSession *s, LanNoise *noise, guint32 local_index, guint32 remote_index)
{
  guint8 payload[LAN_HELLO_BYTES];
  LanWriter w;
  LanStatus status;
  gsize len;

  lan_hello_encode (&s->hello, payload);
  lan_writer_init (&w, s->handshake_out, sizeof s->handshake_out);
  lan_write_u8 (&w, LAN_DATAGRAM_TYPE_IK2);
  lan_write_u8 (&w, LAN_DATAGRAM_PACKET_VERSION);
  lan_write_u16 (&w, 0);
  lan_write_u32 (&w, local_index);
  lan_write_u32 (&w, remote_index);
  status = lan_noise_write (noise, payload, sizeof payload, s->handshake_out + w.len,
                            sizeof s->handshake_out - w.len, &len);
  s->handshake_out_len = status == LAN_STATUS_OK ? w.len + len : 0;
  return status;
}

LanStatus
lan_datagram_take_ik1 (LanDatagramSession *s, const guint8 *packet, gsize len, gint64 now_us)
{
  g_autoptr (LanNoise) noise = NULL;
  guint32 local_index, remote_index;
  LanHello hello;
  LanStatus status;
  LanReader r;

  if (len != LAN_DATAGRAM_IK1_BYTES)
    return len < LAN_DATAGRAM_IK1_BYTES ? LAN_STATUS_TRUNCATED : LAN_STATUS_OVERSIZED;
  if (s->is_initiator || !lan_fork_guard_holds (s->fork_token))
    return LAN_STATUS_STATE;
  if (!may_shake_hands (s, now_us))
    return LAN_STATUS_LIMIT;
  lan_reader_init (&r, packet + 4, 4);
  remote_index = lan_read_u32 (&r);
  noise = handshake_new (s);
  if (noise == NULL)
    return LAN_STATUS_STATE;
  status = read_ik1 (s, noise, packet, &hello);
  if (status != LAN_STATUS_OK)
    return status;
  local_index = pick_index (s);
  status = write_ik2 (s, noise, local_index, remote_index);
  if (status != LAN_STATUS_OK)
    return status;
  memcpy (s->last_ts, hello.ts, sizeof s->last_ts);
  s->remote_hello = hello;
  s->has_remote_hello = TRUE;
  return lan_datagram_key_init (&s->secrets->next, noise, local_index, remote_index, now_us);
}

LanStatus
lan_datagram_take_ik2 (LanDatagramSession *s, const guint8 *packet, gsize len, gint64 now_us)
{
  guint8 payload[LAN_DATAGRAM_IK2_BYTES];
  guint32 remote_index;
  LanHello hello;
  LanStatus status;
  LanReader r;
  gsize payload_len;

  if (len != LAN_DATAGRAM_IK2_BYTES)
    return len < LAN_DATAGRAM_IK2_BYTES ? LAN_STATUS_TRUNCATED : LAN_STATUS_OVERSIZED;
  if (s->noise == NULL)
    return LAN_STATUS_STATE;
  lan_reader_init (&r, packet + 4, 8);
  remote_index = lan_read_u32 (&r);
  if (lan_read_u32 (&r) != s->noise_index)
    return LAN_STATUS_MISMATCH;
  if (!may_shake_hands (s, now_us))
    return LAN_STATUS_LIMIT;
  status = lan_noise_read (s->noise, packet + IK2_HEADER, LAN_DATAGRAM_IK2_BYTES - IK2_HEADER,
                           payload, &payload_len);
  if (status == LAN_STATUS_OK)
    status = lan_hello_decode (&hello, payload, payload_len);
  if (status != LAN_STATUS_OK)
    return status;
  s->secrets->prev = s->secrets->cur;
  status = lan_datagram_key_init (&s->secrets->cur, s->noise, s->noise_index, remote_index, now_us);
  g_clear_pointer (&s->noise, lan_noise_free);
  s->noise_index = 0;
  s->handshake_out_len = 0;
  s->retry_due_us = LAN_NO_DEADLINE;
  s->remote_hello = hello;
  s->has_remote_hello = TRUE;
  lan_datagram_on_new_key (s, now_us);
  /* The responder may not send before it has seen this key in use. */
  lan_datagram_queue_keepalive (s, now_us);
  return status;
}
