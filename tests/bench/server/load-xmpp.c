/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Clients of an XMPP server that lets anybody in (anonymous_protocol: login_anon): person i is
 * ui@localhost/b. A payload travels as text of its size that begins with the time in hexadecimal.
 */
#include "load.h"

#include <stdio.h>
#include <string.h>

typedef enum { XMPP_FEATURES, XMPP_AUTH, XMPP_FEATURES_AGAIN, XMPP_BIND, XMPP_OPEN } XmppStep;

typedef struct {
  GByteArray *in;
  XmppStep step;
} Xmpp;

static void
put (Conn *conn, const char *text)
{
  g_byte_array_append (conn->out, (const guint8 *) text, (guint) strlen (text));
  load_output (conn);
}

static void
put_stream (Conn *conn)
{
  put (conn, "<stream:stream to='localhost' xmlns='jabber:client'"
             " xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>");
}

static void
xmpp_open (Conn *conn)
{
  Xmpp *state = g_new0 (Xmpp, 1);

  state->in = g_byte_array_new ();
  conn->state = state;
  put_stream (conn);
}

static void
put_auth (Conn *conn)
{
  char plain[64];
  int len = g_snprintf (plain, sizeof plain, "%cu%u%cx", 1, conn->index, 1);
  g_autofree char *coded = NULL, *text = NULL;

  plain[0] = plain[len - 2] = '\0';
  coded = g_base64_encode ((const guint8 *) plain, (gsize) len);
  text = g_strdup_printf (
      "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>", coded);
  put (conn, text);
}

/* What each answer of the way in ends with, and what is said then. */
static gboolean
step (Conn *conn, Xmpp *state, const char *text, gsize len, gsize *used)
{
  static const char *const ends[] = { "</stream:features>", "<success", "</stream:features>",
                                      "</iq>" };
  const char *end = g_strstr_len (text, (gssize) len, ends[state->step]);

  if (end == NULL)
    return FALSE;
  end = g_strstr_len (end, (gssize) (len - (gsize) (end - text)), ">");
  if (end == NULL)
    return FALSE;
  *used = (gsize) (end + 1 - text);
  if (state->step == XMPP_FEATURES)
    put_auth (conn);
  else if (state->step == XMPP_AUTH)
    put_stream (conn);
  else if (state->step == XMPP_FEATURES_AGAIN)
    put (conn, "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
               "<resource>b</resource></bind></iq>");
  else
    load_ready (conn);
  state->step++;
  return TRUE;
}

static gboolean
take_message (const char *text, gsize len, gsize *used)
{
  const char *end = g_strstr_len (text, (gssize) len, "</message>"), *body;
  guint64 when;
  guint8 payload[8];

  if (end == NULL)
    return FALSE;
  *used = (gsize) (end + 10 - text);
  body = g_strstr_len (text, (gssize) *used, "<body>");
  if (body == NULL || g_strstr_len (text, (gssize) *used, "type='error'") != NULL) {
    load_refused ();
    return TRUE;
  }
  when = g_ascii_strtoull (body + 6, NULL, 16);
  memcpy (payload, &when, sizeof payload);
  load_received (payload, sizeof payload);
  return TRUE;
}

static void
xmpp_read (Conn *conn, guint8 *data, gsize len)
{
  Xmpp *state = conn->state;
  gsize at = 0, used = 0;

  g_byte_array_append (state->in, data, (guint) len);
  for (;;) {
    const char *text = (const char *) state->in->data + at;
    gsize left = state->in->len - at;

    if (left == 0 || !(state->step == XMPP_OPEN ? take_message (text, left, &used)
                                                : step (conn, state, text, left, &used)))
      break;
    at += used;
  }
  g_byte_array_remove_range (state->in, 0, (guint) at);
}

static void
xmpp_send (Conn *from, guint to, const guint8 *payload, gsize len)
{
  char text[512], body[256];
  guint64 when;

  memcpy (&when, payload, sizeof when);
  memset (body, 'x', sizeof body);
  body[MIN (len, sizeof body - 1)] = '\0';
  g_snprintf (text, sizeof text,
              "<message to='u%u@localhost/b'><body>%016" G_GINT64_MODIFIER "x %s", to, when,
              body + 17);
  put (from, text);
  put (from, "</body></message>");
}

const Protocol xmpp_protocol = { "ejabberd", xmpp_open, xmpp_read, xmpp_send, NULL };
