/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-datagram-session.h"

#include "lan-bytes.h"
#include "lan-datagram-private.h"
#include "lan-deadlines.h"
#include "lan-fork-guard.h"
#include "lan-identity.h"
#include "lan-kdf.h"

#include <sodium.h>
#include <string.h>

#define MIN_BYTES 8 /* type, version, two zeros, an index: what every packet begins with */
#define MAX_TRIES 5
#define PAUSE_US  (15 * G_USEC_PER_SEC) /* between two series of tries */

LanDatagramKey *
lan_datagram_find_key (LanDatagramSession *s, guint32 index)
{
  LanDatagramKey *keys[] = { &s->secrets->cur, &s->secrets->next, &s->secrets->prev };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i]->is_live && keys[i]->local_index == index)
      return keys[i];
  return NULL;
}

static void
start_series (LanDatagramSession *s, gint64 now_us)
{
  s->tries = 0;
  lan_datagram_start_try (s, now_us);
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

void
lan_datagram_queue_keepalive (LanDatagramSession *s, gint64 now_us)
{
  LanStatus status = lan_datagram_session_seal (s, LAN_DATAGRAM_LANE_PROBE, NULL, 0,
                                                s->keepalive_out, &s->keepalive_out_len, now_us);

  if (status != LAN_STATUS_OK)
    s->keepalive_out_len = 0;
}

void
lan_datagram_on_new_key (LanDatagramSession *s, gint64 now_us)
{
  s->last_key_us = now_us;
  s->has_failed = s->is_dead = FALSE;
  s->tries = 0;
  s->silence_due_us = LAN_NO_DEADLINE;
  s->stats.handshakes++;
}

static LanStatus
take_data (LanDatagramSession *s, const guint8 *packet, gsize len, guint8 *out, LanDatagramIn *in,
           gint64 now_us)
{
  LanDatagramKey *key;
  LanStatus status;
  LanReader r;

  lan_reader_init (&r, packet + 4, 4);
  key = lan_datagram_find_key (s, lan_read_u32 (&r));
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
    lan_datagram_on_new_key (s, now_us);
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

  if (len < MIN_BYTES)
    return LAN_STATUS_TRUNCATED;
  if (len > LAN_DATAGRAM_MAX)
    return LAN_STATUS_OVERSIZED;
  version = packet[0] == LAN_DATAGRAM_TYPE_DATA ? 0 : LAN_DATAGRAM_PACKET_VERSION;
  if (packet[1] != version || packet[2] != 0 || packet[3] != 0)
    return packet[1] != version ? LAN_STATUS_VERSION : LAN_STATUS_MALFORMED;
  switch (packet[0]) {
  case LAN_DATAGRAM_TYPE_DATA:
    return take_data (s, packet, len, out, in, now_us);
  case LAN_DATAGRAM_TYPE_IK1:
    return lan_datagram_take_ik1 (s, packet, len, now_us);
  case LAN_DATAGRAM_TYPE_IK2:
    return lan_datagram_take_ik2 (s, packet, len, now_us);
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
    lan_datagram_start_try (s, now_us);
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
    lan_datagram_queue_keepalive (s, now_us);
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
