/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* LanSound: one helper process of src/media without a call. */
#include "lan-sound.h"

#include "lan-media.h"

struct _LanSoundDevice {
  GObject parent_instance;

  char *id, *label;
  gboolean is_microphone, is_default;
};

G_DEFINE_FINAL_TYPE (LanSoundDevice, lan_sound_device, G_TYPE_OBJECT)

struct _LanSound {
  GObject parent_instance;

  GListStore *devices;
  LanMedia *media; /* NULL: nobody watches */
  gboolean listed, testing;
  LanMediaStats stats;
  guint missing; /* LanMediaFailure */
  char *problem;
};

G_DEFINE_FINAL_TYPE (LanSound, lan_sound, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

/* --- a device --- */

static void
lan_sound_device_finalize (GObject *object)
{
  LanSoundDevice *self = LAN_SOUND_DEVICE (object);

  g_free (self->id);
  g_free (self->label);
  G_OBJECT_CLASS (lan_sound_device_parent_class)->finalize (object);
}

static void
lan_sound_device_class_init (LanSoundDeviceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lan_sound_device_finalize;
}

static void
lan_sound_device_init (LanSoundDevice *self)
{
}

static LanSoundDevice *
make_device (const LanMediaDeviceInfo *info)
{
  LanSoundDevice *device = g_object_new (LAN_TYPE_SOUND_DEVICE, NULL);

  device->id = g_strdup (info->id);
  device->label = g_strdup (info->label[0] != '\0' ? info->label : info->id);
  device->is_microphone = info->kind == LAN_MEDIA_MICROPHONE;
  device->is_default = info->is_default;
  return device;
}

const char *
lan_sound_device_get_id (LanSoundDevice *self)
{
  g_return_val_if_fail (LAN_IS_SOUND_DEVICE (self), NULL);
  return self->id;
}

const char *
lan_sound_device_get_label (LanSoundDevice *self)
{
  g_return_val_if_fail (LAN_IS_SOUND_DEVICE (self), NULL);
  return self->label;
}

gboolean
lan_sound_device_get_is_microphone (LanSoundDevice *self)
{
  g_return_val_if_fail (LAN_IS_SOUND_DEVICE (self), FALSE);
  return self->is_microphone;
}

gboolean
lan_sound_device_get_is_default (LanSoundDevice *self)
{
  g_return_val_if_fail (LAN_IS_SOUND_DEVICE (self), FALSE);
  return self->is_default;
}

/* --- what the helper says --- */

static void
changed (LanSound *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/* A call to oneself stays in the helper. */
static void
on_packet (const guint8 *data, gsize len, gpointer user_data)
{
}

static void
on_stats (const LanMediaStats *stats, gpointer user_data)
{
  LanSound *self = user_data;

  self->stats = *stats;
  if (self->testing)
    changed (self);
}

static void
on_missing (guint missing, const char *text, gpointer user_data)
{
  LanSound *self = user_data;

  self->missing = missing;
  changed (self);
}

static void
on_ready (gpointer user_data)
{
  on_missing (0, "", user_data);
}

static void
on_failed (const char *text, gpointer user_data)
{
  LanSound *self = user_data;

  g_free (self->problem);
  self->problem = g_strdup (text);
  self->testing = FALSE;
  g_clear_pointer (&self->media, lan_media_free);
  changed (self);
}

static void
on_devices (const LanMediaDeviceInfo *list, guint n, gpointer user_data)
{
  LanSound *self = user_data;
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (made, make_device (&list[i]));
  g_list_store_splice (self->devices, 0, g_list_model_get_n_items (G_LIST_MODEL (self->devices)),
                       made->pdata, made->len);
  self->listed = TRUE;
  changed (self);
}

static const LanMediaEvents events = { on_packet, on_stats, on_missing,
                                       on_failed, on_ready, on_devices };

/* --- what is asked --- */

static void
begin (LanSound *self, const char *source, const char *sink, gboolean testing)
{
  LanMediaConfig config = { .source = source,
                            .sink = sink,
                            .flags = LAN_MEDIA_WATCH | (testing ? LAN_MEDIA_LOOP : 0) };

  g_clear_pointer (&self->media, lan_media_free);
  g_clear_pointer (&self->problem, g_free);
  self->stats = (LanMediaStats){ .rtt_us = -1 };
  self->missing = 0;
  self->testing = testing;
  self->media = lan_media_new (&config, &events, self);
}

void
lan_sound_watch (LanSound *self)
{
  g_return_if_fail (LAN_IS_SOUND (self));
  if (self->media == NULL)
    begin (self, "none", "null", FALSE);
}

void
lan_sound_test (LanSound *self, const char *source, const char *sink)
{
  g_return_if_fail (LAN_IS_SOUND (self) && source != NULL && sink != NULL);
  begin (self, g_str_has_prefix (source, "file:") ? "none" : source,
         g_str_has_prefix (sink, "file:") ? "null" : sink, TRUE);
  changed (self);
}

void
lan_sound_stop_test (LanSound *self)
{
  g_return_if_fail (LAN_IS_SOUND (self));
  if (!self->testing)
    return;
  begin (self, "none", "null", FALSE);
  changed (self);
}

void
lan_sound_stop (LanSound *self)
{
  g_return_if_fail (LAN_IS_SOUND (self));
  self->testing = FALSE;
  g_clear_pointer (&self->media, lan_media_free);
}

/* --- looking --- */

GListModel *
lan_sound_get_devices (LanSound *self)
{
  g_return_val_if_fail (LAN_IS_SOUND (self), NULL);
  return G_LIST_MODEL (self->devices);
}

gboolean
lan_sound_get_listed (LanSound *self)
{
  g_return_val_if_fail (LAN_IS_SOUND (self), FALSE);
  return self->listed;
}

gboolean
lan_sound_get_testing (LanSound *self)
{
  g_return_val_if_fail (LAN_IS_SOUND (self), FALSE);
  return self->testing;
}

guint
lan_sound_get_level_in (LanSound *self)
{
  g_return_val_if_fail (LAN_IS_SOUND (self), 0);
  return self->testing ? self->stats.level_in : 0;
}

guint
lan_sound_get_level_out (LanSound *self)
{
  g_return_val_if_fail (LAN_IS_SOUND (self), 0);
  return self->testing ? self->stats.level_out : 0;
}

gboolean
lan_sound_get_no_microphone (LanSound *self)
{
  g_return_val_if_fail (LAN_IS_SOUND (self), FALSE);
  return self->testing && (self->missing & LAN_MEDIA_NO_SOURCE) != 0;
}

gboolean
lan_sound_get_no_speaker (LanSound *self)
{
  g_return_val_if_fail (LAN_IS_SOUND (self), FALSE);
  return self->testing && (self->missing & LAN_MEDIA_NO_SINK) != 0;
}

const char *
lan_sound_get_problem (LanSound *self)
{
  g_return_val_if_fail (LAN_IS_SOUND (self), NULL);
  return self->problem != NULL ? self->problem : "";
}

static void
lan_sound_finalize (GObject *object)
{
  LanSound *self = LAN_SOUND (object);

  g_clear_pointer (&self->media, lan_media_free);
  g_clear_object (&self->devices);
  g_free (self->problem);
  G_OBJECT_CLASS (lan_sound_parent_class)->finalize (object);
}

static void
lan_sound_class_init (LanSoundClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lan_sound_finalize;

  /**
   * LanSound::changed:
   *
   * The devices, the levels of a test, or what is missing may be different.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
lan_sound_init (LanSound *self)
{
  self->devices = g_list_store_new (LAN_TYPE_SOUND_DEVICE);
}

LanSound *
lan_sound_new (void)
{
  return g_object_new (LAN_TYPE_SOUND, NULL);
}
