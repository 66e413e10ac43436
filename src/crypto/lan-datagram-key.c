/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-datagram-key.h"

#include "lan-bytes.h"
#include "lan-kdf.h"

#include <sodium.h>
#include <string.h>

LanStatus
lan_datagram_key_init (LanDatagramKey *key, LanNoise *noise, guint32 local_index,
                       guint32 remote_index, gint64 now_us)
{
  LanCipher send, receive;
  LanStatus status;

  lan_datagram_key_wipe (key);
  status = lan_noise_finish (noise, &send, &receive, key->exporter);
  if (status != LAN_STATUS_OK)
    return status;
  memcpy (key->send_key, send.key, LAN_KEY_BYTES);
  memcpy (key->receive_key, receive.key, LAN_KEY_BYTES);
  sodium_memzero (&send, sizeof send);
  sodium_memzero (&receive, sizeof receive);
  key->local_index = local_index;
  key->remote_index = remote_index;
  key->born_us = now_us;
  key->is_live = TRUE;
  return LAN_STATUS_OK;
}

void
lan_datagram_key_wipe (LanDatagramKey *key)
{
  sodium_memzero (key, sizeof *key);
}

gboolean
lan_datagram_key_is_usable (const LanDatagramKey *key, gint64 now_us)
{
  return key->is_live && now_us - key->born_us < LAN_DATAGRAM_REJECT_US;
}

LanStatus
lan_datagram_key_seal (LanDatagramKey *key, guint8 lane, const guint8 *body, gsize len, guint8 *out)
{
  LanWriter w;

  if (key->sent >= LAN_DATAGRAM_REJECT_MSGS)
    return LAN_STATUS_LIMIT;
  lan_writer_init (&w, out, LAN_DATAGRAM_HEADER_BYTES);
  lan_write_u32 (&w, LAN_DATAGRAM_TYPE_DATA);
  lan_write_u32 (&w, key->remote_index);
  lan_write_u64 (&w, key->sent);
  if (len > 0)
    memmove (out + LAN_DATAGRAM_HEADROOM, body, len);
  out[LAN_DATAGRAM_HEADER_BYTES] = lane;
  lan_aead_seal_at (key->send_key, key->sent, out, LAN_DATAGRAM_HEADER_BYTES,
                    out + LAN_DATAGRAM_HEADER_BYTES, 1 + len, out + LAN_DATAGRAM_HEADER_BYTES);
  key->sent++;
  return LAN_STATUS_OK;
}

LanStatus
lan_datagram_key_open (LanDatagramKey *key, const guint8 *packet, gsize len, guint8 *out)
{
  guint64 counter;
  LanReader r;

  if (len < LAN_DATAGRAM_OVERHEAD)
    return LAN_STATUS_TRUNCATED;
  lan_reader_init (&r, packet + 8, 8);
  counter = lan_read_u64 (&r);
  if (counter >= LAN_DATAGRAM_REJECT_MSGS)
    return LAN_STATUS_LIMIT;
  if (!lan_replay_window_is_fresh (&key->window, counter))
    return LAN_STATUS_REPLAY;
  if (lan_aead_open_at (key->receive_key, counter, packet, LAN_DATAGRAM_HEADER_BYTES,
                        packet + LAN_DATAGRAM_HEADER_BYTES, len - LAN_DATAGRAM_HEADER_BYTES,
                        out) != LAN_STATUS_OK) {
    if (++key->failed >= LAN_DATAGRAM_FORGERY_MAX)
      lan_datagram_key_wipe (key);
    return LAN_STATUS_AUTH;
  }
  lan_replay_window_mark (&key->window, counter);
  return LAN_STATUS_OK;
}

void
lan_datagram_key_name (const LanDatagramKey *key, guint8 name[LAN_SESSION_NAME_BYTES])
{
  guint8 full[16];

  lan_kdf (full, sizeof full, key->exporter, LAN_KDF_SESSION, NULL, 0);
  memcpy (name, full, LAN_SESSION_NAME_BYTES);
}
