/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "link-fixture.h"

#include "lan-identity.h"
#include "lan-random-system.h"

#include <string.h>

static gboolean
on_wake (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

LanWaker *
lan_waker_new (void)
{
  GSource *source = g_timeout_source_new (20);

  g_source_set_callback (source, on_wake, NULL, NULL);
  g_source_attach (source, NULL);
  return source;
}

void
lan_waker_free (LanWaker *waker)
{
  g_source_destroy (waker);
  g_source_unref (waker);
}

void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
on_hello (LanHello *hello, gpointer data)
{
  Device *device = data;

  *hello = (LanHello){ .caps = LAN_CAP_LINK };
  lan_ts_next (hello->ts, NULL, g_get_real_time () / 1000);
  lan_ts_add (hello->ts, ++device->hellos);
}

void
device_init (Device *device)
{
  memset (device, 0, sizeof *device);
  lan_random_bytes (lan_random_system (), device->keys.dh_secret, LAN_KEY_BYTES);
  lan_dh_public_from_secret (device->public_key, device->keys.dh_secret);
  device->keys.hello = on_hello;
  device->keys.data = device;
}

static void
on_up (LanChannel *channel, const LanChannelPeer *peer, gpointer data)
{
  Ear *ear = data;

  ear->ups++;
  memcpy (ear->key, peer->static_key, LAN_KEY_BYTES);
  ear->pattern = peer->pattern;
  if (ear->free_in_up)
    g_clear_pointer (&ear->channel, lan_channel_free);
}

static void
on_frame (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len, gpointer data)
{
  Ear *ear = data;
  guint32 number = 0;

  ear->frames++;
  ear->bytes[stream] += len;
  if (ear->keeps)
    g_string_append_len (ear->text[stream], (const char *) frame, (gssize) len);
  memcpy (&number, frame, MIN (len, sizeof number));
  if (number != ear->next[stream])
    ear->out_of_order++;
  ear->next[stream] = number + 1;
  if (ear->free_in_frame)
    g_clear_pointer (&ear->channel, lan_channel_free);
}

static void
on_writable (LanChannel *channel, LanStream stream, gpointer data)
{
  ((Ear *) data)->writables++;
}

static void
on_closed (LanChannel *channel, LanCloseReason reason, const char *detail, gpointer data)
{
  Ear *ear = data;

  g_assert_nonnull (detail);
  ear->closes++;
  ear->reason = reason;
  if (ear->free_in_closed)
    g_clear_pointer (&ear->channel, lan_channel_free);
}

const LanChannelEvents ear_events = { on_up, on_frame, on_writable, on_closed };

Ear *
ear_new (LanChannel *channel)
{
  Ear *ear = g_new0 (Ear, 1);

  ear->keeps = TRUE;
  for (guint i = 0; i < LAN_STREAM_N; i++)
    ear->text[i] = g_string_new (NULL);
  if (channel != NULL)
    ear_take (ear, channel);
  return ear;
}

void
ear_take (Ear *ear, LanChannel *channel)
{
  ear->channel = channel;
  lan_channel_set_events (channel, &ear_events, ear);
}

void
ear_free (Ear *ear)
{
  lan_channel_free (ear->channel);
  for (guint i = 0; i < LAN_STREAM_N; i++)
    g_string_free (ear->text[i], TRUE);
  g_free (ear);
}

void
send_numbered (LanChannel *channel, LanStream stream, guint32 *next, guint32 count, gsize len)
{
  g_autofree guint8 *frame = g_malloc0 (len);

  while (*next < count) {
    memcpy (frame, next, sizeof *next);
    if (!lan_channel_send (channel, stream, frame, len))
      return;
    (*next)++;
  }
}
