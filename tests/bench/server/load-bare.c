/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Clients of bare-relay.c: ready as soon as they are connected. */
#include "bare.h"
#include "load.h"

#define HEAD (BARE_PLAIN - 100) /* before the payload; begins with the recipient */

typedef struct {
  guint64 in, out;
  GByteArray *cut; /* the beginning of a message */
} Bare;

static const guint8 key[crypto_aead_chacha20poly1305_ietf_KEYBYTES];

static void
bare_connected (Conn *conn)
{
  Bare *bare = g_new0 (Bare, 1);

  bare->cut = g_byte_array_new ();
  conn->state = bare;
  load_ready (conn);
}

static void
take (Bare *bare, const guint8 *sealed)
{
  guint8 plain[BARE_PLAIN];

  if (bare_open (key, bare->in++, sealed, plain))
    load_received (plain + HEAD, BARE_PLAIN - HEAD);
  else
    load_refused ();
}

static void
bare_read (Conn *conn, guint8 *data, gsize len)
{
  Bare *bare = conn->state;

  if (bare->cut->len > 0 || len % BARE_SEALED != 0) {
    g_byte_array_append (bare->cut, data, (guint) len);
    while (bare->cut->len >= BARE_SEALED) {
      take (bare, bare->cut->data);
      g_byte_array_remove_range (bare->cut, 0, BARE_SEALED);
    }
    return;
  }
  for (gsize at = 0; at < len; at += BARE_SEALED)
    take (bare, data + at);
}

static void
bare_send (Conn *from, guint to, const guint8 *payload, gsize len)
{
  Bare *bare = from->state;
  guint8 plain[BARE_PLAIN] = { 0 }, sealed[BARE_SEALED];
  guint32 number = to;

  memcpy (plain, &number, sizeof number);
  memcpy (plain + HEAD, payload, MIN (len, sizeof plain - HEAD));
  bare_seal (key, bare->out++, plain, sealed);
  g_byte_array_append (from->out, sealed, sizeof sealed);
  load_output (from);
}

const Protocol bare_protocol = { "bare", bare_connected, bare_read, bare_send, NULL };
