/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-sound.h"

#include <string.h>

/* After a device broke: long enough for its sound server to notice, short enough for a talk. */
#define AGAIN_MS   300
#define BREAKS_MAX 20 /* then only a change of the devices helps */
#define SETTLE_MS  50 /* several changes come together */

struct _LanMediaSound {
  LanMediaSoundEvents events;
  gpointer data;
  LanMediaDevices *devices;
  LanMediaDevice *device; /* NULL: none in use */
  char *source, *sink;    /* NULL: not wanted */
  char *open_source, *open_sink;
  gboolean is_treated;
  guint again, breaks;
};

static void reopen (LanMediaSound *sound);

static void
on_heard (const gint16 *pcm, gpointer data)
{
  LanMediaSound *sound = data;

  sound->breaks = 0;
  sound->events.heard (pcm, sound->data);
}

static gboolean
on_again (gpointer data)
{
  LanMediaSound *sound = data;

  sound->again = 0;
  reopen (sound);
  return G_SOURCE_REMOVE;
}

static void
plan (LanMediaSound *sound, guint ms)
{
  if (sound->again != 0)
    g_source_remove (sound->again);
  sound->again = g_timeout_add (ms, on_again, sound);
}

static void
on_broken (gpointer data)
{
  LanMediaSound *sound = data;

  g_clear_pointer (&sound->device, lan_media_device_free);
  if (++sound->breaks <= BREAKS_MAX)
    plan (sound, AGAIN_MS);
}

/* The element for what is wanted or, when it is away, for the default. @used: the id that it has. */
static GstElement *
choose (LanMediaSound *sound, LanMediaDeviceKind kind, const char *wanted, char **used)
{
  GstElement *element;

  g_clear_pointer (used, g_free);
  if (wanted == NULL)
    return NULL;
  *used = g_strdup (wanted);
  element = lan_media_devices_make (sound->devices, kind, wanted);
  if (element == NULL && strcmp (wanted, "default") != 0) {
    g_free (*used);
    *used = g_strdup ("default");
    element = lan_media_devices_make (sound->devices, kind, "default");
  }
  if (element == NULL)
    g_clear_pointer (used, g_free);
  return element;
}

static gboolean
open_both (LanMediaSound *sound, gboolean with_source, gboolean with_sink, GError **error)
{
  GstElement *source =
      choose (sound, LAN_MEDIA_MICROPHONE, with_source ? sound->source : NULL, &sound->open_source);
  GstElement *sink =
      choose (sound, LAN_MEDIA_SPEAKER, with_sink ? sound->sink : NULL, &sound->open_sink);

  if (source == NULL && sink == NULL)
    return FALSE;
  sound->device =
      lan_media_device_new (source, sink, sound->is_treated, on_heard, on_broken, sound, error);
  return sound->device != NULL;
}

static void
reopen (LanMediaSound *sound)
{
  g_autoptr (GError) error = NULL;
  guint missing = 0;

  g_clear_pointer (&sound->device, lan_media_device_free);
  if (sound->source == NULL && sound->sink == NULL)
    return;
  /* One that cannot be opened must not take the other with it. */
  if (!open_both (sound, TRUE, TRUE, &error) && error != NULL && sound->source != NULL &&
      sound->sink != NULL && !open_both (sound, FALSE, TRUE, NULL))
    open_both (sound, TRUE, FALSE, NULL);
  if (sound->source != NULL && (sound->device == NULL || sound->open_source == NULL))
    missing |= LAN_MEDIA_NO_SOURCE;
  if (sound->sink != NULL && (sound->device == NULL || sound->open_sink == NULL))
    missing |= LAN_MEDIA_NO_SINK;
  sound->events.state (missing, error != NULL ? error->message : "there is no such device",
                       sound->data);
}

static gboolean
is_other (LanMediaSound *sound, LanMediaDeviceKind kind, const char *wanted, const char *used)
{
  GstElement *element;
  gboolean is_there;

  if (wanted == NULL)
    return FALSE;
  element = lan_media_devices_make (sound->devices, kind, wanted);
  is_there = element != NULL;
  if (element != NULL)
    gst_object_unref (gst_object_ref_sink (element));
  return is_there ? g_strcmp0 (wanted, used) != 0 : used != NULL && strcmp (used, "default") != 0;
}

/* Something was plugged in or out: is what is used now still what is wanted? */
static void
on_changed (gpointer data)
{
  LanMediaSound *sound = data;

  if (sound->device == NULL ||
      is_other (sound, LAN_MEDIA_MICROPHONE, sound->source, sound->open_source) ||
      is_other (sound, LAN_MEDIA_SPEAKER, sound->sink, sound->open_sink)) {
    sound->breaks = 0;
    plan (sound, SETTLE_MS);
  }
  sound->events.changed (sound->data);
}

LanMediaSound *
lan_media_sound_new (const LanMediaSoundEvents *events, gpointer data)
{
  LanMediaSound *sound = g_new0 (LanMediaSound, 1);

  gst_registry_fork_set_enabled (FALSE); /* the helper may start nothing */
  gst_init (NULL, NULL);
  sound->events = *events;
  sound->data = data;
  sound->devices = lan_media_devices_new (on_changed, sound);
  return sound;
}

void
lan_media_sound_free (LanMediaSound *sound)
{
  if (sound == NULL)
    return;
  if (sound->again != 0)
    g_source_remove (sound->again);
  lan_media_device_free (sound->device);
  lan_media_devices_free (sound->devices);
  g_free (sound->source);
  g_free (sound->sink);
  g_free (sound->open_source);
  g_free (sound->open_sink);
  g_free (sound);
}

void
lan_media_sound_use (LanMediaSound *sound, const char *source, const char *sink,
                     gboolean is_treated)
{
  g_free (sound->source);
  g_free (sound->sink);
  sound->source = g_strdup (source);
  sound->sink = g_strdup (sink);
  sound->is_treated = is_treated;
  sound->breaks = 0;
  reopen (sound);
}

void
lan_media_sound_play (LanMediaSound *sound, const gint16 *pcm)
{
  if (sound->device != NULL)
    lan_media_device_play (sound->device, pcm);
}

LanMediaDevices *
lan_media_sound_devices (LanMediaSound *sound)
{
  return sound->devices;
}
