/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-datagram-session.h"

#include "lan-bytes.h"
#include "lan-datagram-key.h"
#include "lan-deadlines.h"
#include "lan-fork-guard.h"
#include "lan-identity.h"
#include "lan-kdf.h"
#include "lan-lane-suite.h"

#include <sodium.h>
#include <string.h>

#define TYPE_IK1         5
#define TYPE_IK2         6
#define PACKET_VERSION   1
#define IK1_HEADER       8
#define IK2_HEADER       12
#define IK1_BYTES        148
#define IK2_BYTES        104
#define MAX_TRIES        5
#define PAUSE_US         (15 * G_USEC_PER_SEC) /* between two series of tries */
#define JITTER_US        333000
#define HANDSHAKE_GAP_US (G_USEC_PER_SEC / 100) /* 100 handshake packets a second ... */
#define HANDSHAKE_BURST  20                     /* ... after a burst of 20: about 1 % of a core */

/* In guarded memory. */
typedef struct {
  guint8 local_secret[LAN_KEY_BYTES];
  LanDatagramKey prev; /* opens only */
  LanDatagramKey cur;
  LanDatagramKey next; /* responder: not confirmed yet */
} Secrets;

struct _LanDatagramSession {
  gboolean is_initiator;
  const LanRandom *random;
  guint64 fork_token;
  guint8 remote_public[LAN_KEY_BYTES];
  guint8 prologue[LAN_LANE_PROLOGUE_BYTES];
  LanHello hello;
  gint64 started_us;
  guint8 last_ts[LAN_TS_BYTES]; /* sent by the initiator, seen by the responder */
  gboolean has_remote_hello;
  LanHello remote_hello;
  Secrets *secrets;

  LanNoise *noise; /* initiator: the try under way */
  guint32 noise_index;
  guint tries;
  gboolean has_failed;
  gboolean is_dead; /* 540 s without a key: nothing starts by itself any more */

  gint64 retry_due_us, keepalive_due_us, silence_due_us; /* LAN_NO_DEADLINE when not running */
  gint64 last_key_us;
  gint64 handshake_tat_us; /* when the next handshake packet would be in time (GCRA) */

  guint8 handshake_out[IK1_BYTES];
  gsize handshake_out_len;
  guint8 keepalive_out[LAN_DATAGRAM_OVERHEAD];
  gsize keepalive_out_len;
  LanDatagramStats stats;
};

static LanDatagramKey *
find_key (LanDatagramSession *s, guint32 index)
{
  LanDatagramKey *keys[] = { &s->secrets->cur, &s->secrets->next, &s->secrets->prev };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i]->is_live && keys[i]->local_index == index)
      return keys[i];
  return NULL;
}

static guint32
pick_index (LanDatagramSession *s)
{
  guint32 index;

  do
    index = lan_random_u32 (s->random);
  while (index == 0 || index == s->noise_index || find_key (s, index) != NULL);
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

/* Every try is a new handshake: the responder takes no timestamp twice. */
static void
start_try (LanDatagramSession *s, gint64 now_us)
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
  lan_write_u8 (&w, TYPE_IK1);
  lan_write_u8 (&w, PACKET_VERSION);
  lan_write_u16 (&w, 0);
  lan_write_u32 (&w, s->noise_index);
  if (lan_noise_write (s->noise, payload, sizeof payload, s->handshake_out + w.len,
                       sizeof s->handshake_out - w.len, &len) == LAN_STATUS_OK)
    s->handshake_out_len = w.len + len;
}

static void
start_series (LanDatagramSession *s, gint64 now_us)
{
  s->tries = 0;
  start_try (s, now_us);
}

LanDatagramSession *
lan_datagram_session_new (const LanDatagramConfig *config, gint64 now_us)
{
  guint8 preamble[LAN_LANE_PREAMBLE_BYTES];
  LanDatagramSession *s;

  g_return_val_if_fail (config->random != NULL && config->local_secret != NULL, NULL);
  lan_crypto_init ();
  if (config->remote_public == NULL || !lan_dh_public_is_sound (config->remote_public))
    return NULL;
  s = g_new0 (LanDatagramSession, 1);
  s->secrets = sodium_malloc (sizeof *s->secrets);
  if (s->secrets == NULL)
    g_error ("no memory for a key");
  memset (s->secrets, 0, sizeof *s->secrets);
  memcpy (s->secrets->local_secret, config->local_secret, LAN_KEY_BYTES);
  memcpy (s->remote_public, config->remote_public, LAN_KEY_BYTES);
  s->is_initiator = config->is_initiator;
  s->random = config->random;
  s->fork_token = lan_fork_guard_token ();
  s->hello = config->hello;
  s->started_us = s->last_key_us = s->handshake_tat_us = now_us;
  s->retry_due_us = s->keepalive_due_us = s->silence_due_us = LAN_NO_DEADLINE;
  lan_lane_preamble_write (preamble, LAN_LANE_KIND_LINK, LAN_LANE_PATTERN_IK, config->link_id.b);
  lan_lane_prologue_write (s->prologue, config->net_id, preamble);
  if (s->is_initiator)
    start_series (s, now_us);
  return s;
}

void
lan_datagram_session_free (LanDatagramSession *s)
{
  if (s == NULL)
    return;
  lan_noise_free (s->noise);
  sodium_free (s->secrets);
  g_free (s);
}

static void
queue_keepalive (LanDatagramSession *s, gint64 now_us)
{
  LanStatus status = lan_datagram_session_seal (s, LAN_DATAGRAM_LANE_PROBE, NULL, 0,
                                                s->keepalive_out, &s->keepalive_out_len, now_us);

  if (status != LAN_STATUS_OK)
    s->keepalive_out_len = 0;
}

/* A key has become the one to send with. */
static void
on_new_key (LanDatagramSession *s, gint64 now_us)
{
  s->last_key_us = now_us;
  s->has_failed = s->is_dead = FALSE;
  s->tries = 0;
  s->silence_due_us = LAN_NO_DEADLINE;
  s->stats.handshakes++;
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
  guint8 payload[IK1_BYTES];
  gsize len;
  LanStatus status =
      lan_noise_read (noise, packet + IK1_HEADER, IK1_BYTES - IK1_HEADER, payload, &len);

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
  lan_write_u8 (&w, TYPE_IK2);
  lan_write_u8 (&w, PACKET_VERSION);
  lan_write_u16 (&w, 0);
  lan_write_u32 (&w, local_index);
  lan_write_u32 (&w, remote_index);
  status = lan_noise_write (noise, payload, sizeof payload, s->handshake_out + w.len,
                            sizeof s->handshake_out - w.len, &len);
  s->handshake_out_len = status == LAN_STATUS_OK ? w.len + len : 0;
  return status;
}

static LanStatus
take_ik1 (LanDatagramSession *s, const guint8 *packet, gsize len, gint64 now_us)
{
  g_autoptr (LanNoise) noise = NULL;
  guint32 local_index, remote_index;
  LanHello hello;
  LanStatus status;
  LanReader r;

  if (len != IK1_BYTES)
    return len < IK1_BYTES ? LAN_STATUS_TRUNCATED : LAN_STATUS_OVERSIZED;
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

static LanStatus
take_ik2 (LanDatagramSession *s, const guint8 *packet, gsize len, gint64 now_us)
{
  guint8 payload[IK2_BYTES];
  guint32 remote_index;
  LanHello hello;
  LanStatus status;
  LanReader r;
  gsize payload_len;

  if (len != IK2_BYTES)
    return len < IK2_BYTES ? LAN_STATUS_TRUNCATED : LAN_STATUS_OVERSIZED;
  if (s->noise == NULL)
    return LAN_STATUS_STATE;
  lan_reader_init (&r, packet + 4, 8);
  remote_index = lan_read_u32 (&r);
  if (lan_read_u32 (&r) != s->noise_index)
    return LAN_STATUS_MISMATCH;
  if (!may_shake_hands (s, now_us))
    return LAN_STATUS_LIMIT;
  status =
      lan_noise_read (s->noise, packet + IK2_HEADER, IK2_BYTES - IK2_HEADER, payload, &payload_len);
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
  on_new_key (s, now_us);
  /* The responder may not send before it has seen this key in use. */
  queue_keepalive (s, now_us);
  return status;
}

static LanStatus
take_data (LanDatagramSession *s, const guint8 *packet, gsize len, guint8 *out, LanDatagramIn *in,
           gint64 now_us)
{
  LanDatagramKey *key;
  LanStatus status;
  LanReader r;

  lan_reader_init (&r, packet + 4, 4);
  key = find_key (s, lan_read_u32 (&r));
  if (key == NULL)
    return LAN_STATUS_MISMATCH;
  if (!lan_datagram_key_is_usable (key, now_us))
    return LAN_STATUS_EXPIRED;
  status = lan_datagram_key_open (key, packet, len, out);
  if (status != LAN_STATUS_OK)
    return status;
  if (key == &s->secrets->next) {
    s->secrets->prev = s->secrets->cur;
    s->secrets->cur = s->secrets->next;
    lan_datagram_key_wipe (&s->secrets->next);
    on_new_key (s, now_us);
  }
  s->silence_due_us = LAN_NO_DEADLINE;
  if (out[0] > LAN_DATAGRAM_LANE_CONTROL)
    return LAN_STATUS_MALFORMED;
  in->is_data = TRUE;
  in->lane = out[0];
  in->body = out + 1;
  in->len = len - LAN_DATAGRAM_OVERHEAD;
  if (in->len > 0 && s->keepalive_due_us == LAN_NO_DEADLINE)
    s->keepalive_due_us = now_us + LAN_DATAGRAM_KEEPALIVE_US;
  s->stats.packets_opened++;
  return LAN_STATUS_OK;
}

static void
count_drop (LanDatagramSession *s, LanStatus status)
{
  if (status == LAN_STATUS_AUTH)
    s->stats.dropped_auth++;
  else if (status == LAN_STATUS_REPLAY)
    s->stats.dropped_replay++;
  else if (status != LAN_STATUS_OK)
    s->stats.dropped_other++;
}

static LanStatus
dispatch (LanDatagramSession *s, const guint8 *packet, gsize len, guint8 *out, LanDatagramIn *in,
          gint64 now_us)
{
  guint8 version;

  if (len < IK1_HEADER)
    return LAN_STATUS_TRUNCATED;
  if (len > LAN_DATAGRAM_MAX)
    return LAN_STATUS_OVERSIZED;
  version = packet[0] == LAN_DATAGRAM_TYPE_DATA ? 0 : PACKET_VERSION;
  if (packet[1] != version || packet[2] != 0 || packet[3] != 0)
    return packet[1] != version ? LAN_STATUS_VERSION : LAN_STATUS_MALFORMED;
  switch (packet[0]) {
  case LAN_DATAGRAM_TYPE_DATA:
    return take_data (s, packet, len, out, in, now_us);
  case TYPE_IK1:
    return take_ik1 (s, packet, len, now_us);
  case TYPE_IK2:
    return take_ik2 (s, packet, len, now_us);
  default:
    return LAN_STATUS_MALFORMED;
  }
}

LanStatus
lan_datagram_session_receive (LanDatagramSession *s, const guint8 *packet, gsize len, guint8 *out,
                              LanDatagramIn *in, gint64 now_us)
{
  LanStatus status;

  *in = (LanDatagramIn){ 0 };
  status = dispatch (s, packet, len, out, in, now_us);
  count_drop (s, status);
  return status;
}

LanStatus
lan_datagram_session_seal (LanDatagramSession *s, LanDatagramLane lane, const guint8 *body,
                           gsize len, guint8 *out, gsize *out_len, gint64 now_us)
{
  LanDatagramKey *key = &s->secrets->cur;
  LanStatus status;

  *out_len = 0;
  if (len > LAN_DATAGRAM_MAX - LAN_DATAGRAM_OVERHEAD)
    return LAN_STATUS_OVERSIZED;
  if (!lan_fork_guard_holds (s->fork_token) || !lan_datagram_key_is_usable (key, now_us))
    return LAN_STATUS_STATE;
  status = lan_datagram_key_seal (key, (guint8) lane, body, len, out);
  if (status != LAN_STATUS_OK)
    return status;
  *out_len = len + LAN_DATAGRAM_OVERHEAD;
  s->keepalive_due_us = LAN_NO_DEADLINE;
  if (s->is_initiator && len > 0 && s->silence_due_us == LAN_NO_DEADLINE && s->noise == NULL)
    s->silence_due_us = now_us + LAN_DATAGRAM_SILENCE_US;
  s->stats.packets_sealed++;
  return LAN_STATUS_OK;
}

gsize
lan_datagram_session_take_packet (LanDatagramSession *s, guint8 *out)
{
  gsize len;

  if (!lan_fork_guard_holds (s->fork_token))
    return 0;
  if (s->handshake_out_len > 0) {
    len = s->handshake_out_len;
    memcpy (out, s->handshake_out, len);
    s->handshake_out_len = 0;
    return len;
  }
  len = s->keepalive_out_len;
  memcpy (out, s->keepalive_out, len);
  s->keepalive_out_len = 0;
  return len;
}

gboolean
lan_datagram_session_is_established (const LanDatagramSession *s, gint64 now_us)
{
  return lan_datagram_key_is_usable (&s->secrets->cur, now_us);
}

gboolean
lan_datagram_session_has_failed (const LanDatagramSession *s)
{
  return s->has_failed;
}

/* When the initiator wants a new key, though nothing is wrong with the present one. */
static gint64
rekey_due (const LanDatagramSession *s)
{
  const LanDatagramKey *cur = &s->secrets->cur;

  if (!s->is_initiator || !cur->is_live || s->retry_due_us != LAN_NO_DEADLINE)
    return LAN_NO_DEADLINE;
  if (cur->sent >= LAN_DATAGRAM_REKEY_MSGS)
    return 0;
  return cur->born_us + LAN_DATAGRAM_REKEY_US;
}

static gint64
expiry (const LanDatagramKey *key)
{
  return key->is_live ? key->born_us + LAN_DATAGRAM_REJECT_US : LAN_NO_DEADLINE;
}

static gint64
death_due (const LanDatagramSession *s)
{
  return s->is_dead ? LAN_NO_DEADLINE : s->last_key_us + LAN_DATAGRAM_ZERO_US;
}

gint64
lan_datagram_session_next_deadline (const LanDatagramSession *s)
{
  const gint64 due[] = { s->retry_due_us,
                         s->keepalive_due_us,
                         s->silence_due_us,
                         rekey_due (s),
                         expiry (&s->secrets->prev),
                         expiry (&s->secrets->cur),
                         expiry (&s->secrets->next),
                         death_due (s) };
  gint64 first = LAN_NO_DEADLINE;

  for (gsize i = 0; i < G_N_ELEMENTS (due); i++)
    first = MIN (first, due[i]);
  return first;
}

static void
wipe_keys (LanDatagramSession *s)
{
  lan_datagram_key_wipe (&s->secrets->prev);
  lan_datagram_key_wipe (&s->secrets->cur);
  lan_datagram_key_wipe (&s->secrets->next);
  s->keepalive_due_us = s->silence_due_us = LAN_NO_DEADLINE;
  s->keepalive_out_len = 0;
}

static void
die (LanDatagramSession *s)
{
  wipe_keys (s);
  g_clear_pointer (&s->noise, lan_noise_free);
  s->retry_due_us = LAN_NO_DEADLINE;
  s->handshake_out_len = 0;
  s->is_dead = s->has_failed = TRUE;
}

static void
expire_keys (LanDatagramSession *s, gint64 now_us)
{
  LanDatagramKey *keys[] = { &s->secrets->prev, &s->secrets->cur, &s->secrets->next };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i]->is_live && now_us >= expiry (keys[i]))
      lan_datagram_key_wipe (keys[i]);
}

static void
advance_tries (LanDatagramSession *s, gint64 now_us)
{
  if (s->tries < MAX_TRIES) {
    start_try (s, now_us);
    return;
  }
  /* The series is over; the state goes, and after a pause another begins. */
  g_clear_pointer (&s->noise, lan_noise_free);
  s->noise_index = 0;
  s->tries = 0;
  s->has_failed = TRUE;
  s->retry_due_us = now_us + PAUSE_US;
}

void
lan_datagram_session_advance (LanDatagramSession *s, gint64 now_us)
{
  if (now_us >= death_due (s)) {
    die (s);
    return;
  }
  expire_keys (s, now_us);
  if (now_us >= s->retry_due_us)
    advance_tries (s, now_us);
  else if (now_us >= rekey_due (s) || now_us >= s->silence_due_us)
    start_series (s, now_us);
  if (now_us >= s->keepalive_due_us) {
    s->keepalive_due_us = LAN_NO_DEADLINE;
    queue_keepalive (s, now_us);
  }
}

void
lan_datagram_session_jump (LanDatagramSession *s, gint64 now_us)
{
  wipe_keys (s);
  s->last_key_us = now_us;
  s->is_dead = FALSE;
  if (s->is_initiator)
    start_series (s, now_us);
}

void
lan_datagram_session_rekey (LanDatagramSession *s, gint64 now_us)
{
  if (!s->is_initiator)
    return;
  if (s->is_dead)
    s->last_key_us = now_us;
  s->is_dead = FALSE;
  start_series (s, now_us);
}

const LanHello *
lan_datagram_session_remote_hello (const LanDatagramSession *s)
{
  return s->has_remote_hello ? &s->remote_hello : NULL;
}

gboolean
lan_datagram_session_name (const LanDatagramSession *s, guint8 name[LAN_SESSION_NAME_BYTES])
{
  if (!s->secrets->cur.is_live)
    return FALSE;
  lan_datagram_key_name (&s->secrets->cur, name);
  return TRUE;
}

LanStatus
lan_datagram_session_export_psk (const LanDatagramSession *s,
                                 const guint8 name[LAN_SESSION_NAME_BYTES],
                                 const guint8 lane_id[16], gboolean opener_is_initiator,
                                 guint8 psk[LAN_KEY_BYTES])
{
  const LanDatagramKey *keys[] = { &s->secrets->cur, &s->secrets->prev };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    guint8 own[LAN_SESSION_NAME_BYTES], context[LAN_LANE_ID_BYTES + 1];

    if (!keys[i]->is_live)
      continue;
    lan_datagram_key_name (keys[i], own);
    if (memcmp (own, name, sizeof own) != 0)
      continue;
    memcpy (context, lane_id, LAN_LANE_ID_BYTES);
    context[LAN_LANE_ID_BYTES] = opener_is_initiator ? 0 : 1;
    lan_kdf (psk, LAN_KEY_BYTES, keys[i]->exporter, LAN_KDF_LANE, context, sizeof context);
    return LAN_STATUS_OK;
  }
  return LAN_STATUS_MISMATCH;
}

void
lan_datagram_session_stats (const LanDatagramSession *s, LanDatagramStats *stats)
{
  *stats = s->stats;
}
