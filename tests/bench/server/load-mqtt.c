/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Clients of an MQTT 3.1.1 broker, QoS 0: person i hears the topic u/i. */
#include "load.h"

#include <string.h>

typedef struct {
  GByteArray *in;
} Mqtt;

static void
put_packet (Conn *conn, guint8 type, const guint8 *body, gsize len)
{
  guint8 head[5] = { type };
  guint n = 1;
  gsize rest = len;

  do {
    head[n] = rest & 127;
    rest >>= 7;
    if (rest > 0)
      head[n] |= 128;
    n++;
  } while (rest > 0);
  g_byte_array_append (conn->out, head, n);
  g_byte_array_append (conn->out, body, (guint) len);
  load_output (conn);
}

static gsize
put_text (guint8 *out, const char *text)
{
  gsize len = strlen (text);

  out[0] = (guint8) (len >> 8);
  out[1] = (guint8) len;
  memcpy (out + 2, text, len);
  return len + 2;
}

static void
mqtt_open (Conn *conn)
{
  g_autofree char *name = g_strdup_printf ("c%u", conn->index);
  guint8 body[64] = { 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0 };
  Mqtt *state = g_new0 (Mqtt, 1);

  state->in = g_byte_array_new ();
  conn->state = state;
  put_packet (conn, 0x10, body, 10 + put_text (body + 10, name));
}

static void
take_packet (Conn *conn, guint8 type, const guint8 *body, gsize len)
{
  guint8 out[64] = { 0, 1 };
  g_autofree char *topic = NULL;

  if (type >> 4 == 2) {
    gsize n;

    topic = g_strdup_printf ("u/%u", conn->index);
    n = 2 + put_text (out + 2, topic);
    out[n++] = 0;
    put_packet (conn, 0x82, out, n);
  } else if (type >> 4 == 9) {
    load_ready (conn);
  } else if (type >> 4 == 3 && len > 2) {
    gsize skip = 2 + ((gsize) body[0] << 8 | body[1]);

    load_received (body + skip, len - skip);
  }
}

static void
mqtt_read (Conn *conn, guint8 *data, gsize len)
{
  Mqtt *state = conn->state;
  gsize at = 0;

  g_byte_array_append (state->in, data, (guint) len);
  for (;;) {
    gsize size = 0, n = 1;
    guint shift = 0;

    if (state->in->len - at < 2)
      break;
    do {
      size |= (gsize) (state->in->data[at + n] & 127) << shift;
      shift += 7;
    } while ((state->in->data[at + n++] & 128) != 0 && at + n < state->in->len);
    if (state->in->len - at < n + size)
      break;
    take_packet (conn, state->in->data[at], state->in->data + at + n, size);
    at += n + size;
  }
  g_byte_array_remove_range (state->in, 0, (guint) at);
}

static void
mqtt_send (Conn *from, guint to, const guint8 *payload, gsize len)
{
  g_autofree char *topic = g_strdup_printf ("u/%u", to);
  guint8 body[1024];
  gsize n = put_text (body, topic);

  memcpy (body + n, payload, len);
  put_packet (from, 0x30, body, n + len);
}

const Protocol mqtt_protocol = { "mosquitto", mqtt_open, mqtt_read, mqtt_send, NULL };
