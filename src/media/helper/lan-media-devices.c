/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-devices.h"

#include <string.h>

/* Small steps: what lies in a device's buffer is heard late. */
#define BUFFER_US  ((gint64) 40000)
#define LATENCY_US ((gint64) 10000)

struct _LanMediaDevices {
  GstDeviceMonitor *monitor;
  guint watch;
  void (*changed) (gpointer data);
  gpointer data;
};

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer data)
{
  LanMediaDevices *devices = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_ADDED ||
      GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_REMOVED ||
      GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_CHANGED)
    devices->changed (devices->data);
  return G_SOURCE_CONTINUE;
}

LanMediaDevices *
lan_media_devices_new (void (*changed) (gpointer data), gpointer data)
{
  LanMediaDevices *devices = g_new0 (LanMediaDevices, 1);
  g_autoptr (GstBus) bus = NULL;

  devices->changed = changed;
  devices->data = data;
  devices->monitor = gst_device_monitor_new ();
  gst_device_monitor_add_filter (devices->monitor, "Audio/Source", NULL);
  gst_device_monitor_add_filter (devices->monitor, "Audio/Sink", NULL);
  gst_device_monitor_start (devices->monitor);
  bus = gst_device_monitor_get_bus (devices->monitor);
  gst_bus_set_flushing (bus, TRUE); /* what was there from the beginning is no news */
  gst_bus_set_flushing (bus, FALSE);
  devices->watch = gst_bus_add_watch (bus, on_bus, devices);
  return devices;
}

void
lan_media_devices_free (LanMediaDevices *devices)
{
  if (devices == NULL)
    return;
  g_source_remove (devices->watch);
  gst_device_monitor_stop (devices->monitor);
  gst_object_unref (devices->monitor);
  g_free (devices);
}

/* Of a sound server's sinks what they play can be recorded: that is no microphone. */
static gboolean
is_monitor (const GstStructure *properties)
{
  const char *class =
      properties != NULL ? gst_structure_get_string (properties, "device.class") : NULL;

  return g_strcmp0 (class, "monitor") == 0;
}

static char *
find_id (GstDevice *device, const GstStructure *properties)
{
  static const char *const names[] = { "node.name", "device.path" };
  char *id = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (device), "internal-name") != NULL)
    g_object_get (device, "internal-name", &id, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names) && id == NULL && properties != NULL; i++)
    id = g_strdup (gst_structure_get_string (properties, names[i]));
  return id != NULL ? id : gst_device_get_display_name (device);
}

/* Returns: FALSE: it is not for calls. */
static gboolean
look_at (GstDevice *device, LanMediaDeviceInfo *info)
{
  g_autoptr (GstStructure) properties = gst_device_get_properties (device);
  g_autofree char *label = gst_device_get_display_name (device);
  g_autofree char *id = find_id (device, properties);
  gboolean is_default = FALSE;

  if (is_monitor (properties) || id == NULL || *id == '\0' || strlen (id) > LAN_MEDIA_NAME_MAX ||
      !g_utf8_validate (id, -1, NULL))
    return FALSE;
  memset (info, 0, sizeof *info);
  info->kind =
      gst_device_has_classes (device, "Audio/Source") ? LAN_MEDIA_MICROPHONE : LAN_MEDIA_SPEAKER;
  if (properties != NULL)
    gst_structure_get_boolean (properties, "is-default", &is_default);
  info->is_default = is_default;
  g_strlcpy (info->id, id, sizeof info->id);
  if (label != NULL && g_utf8_validate (label, -1, NULL) && strlen (label) <= LAN_MEDIA_NAME_MAX)
    g_strlcpy (info->label, label, sizeof info->label);
  return TRUE;
}

void
lan_media_devices_each (LanMediaDevices *devices,
                        void (*func) (const LanMediaDeviceInfo *info, gpointer data), gpointer data)
{
  GList *all = gst_device_monitor_get_devices (devices->monitor);
  guint n = 0;

  for (GList *l = all; l != NULL && n < LAN_MEDIA_DEVICES_MAX; l = l->next) {
    LanMediaDeviceInfo info;

    if (look_at (l->data, &info)) {
      func (&info, data);
      n++;
    }
  }
  g_list_free_full (all, gst_object_unref);
}

/* "default": the one that is called so, else the first. */
static GstDevice *
find (GList *all, LanMediaDeviceKind kind, const char *id)
{
  GstDevice *found = NULL;

  for (GList *l = all; l != NULL; l = l->next) {
    LanMediaDeviceInfo info;

    if (!look_at (l->data, &info) || info.kind != kind)
      continue;
    if (strcmp (info.id, id) == 0 || (strcmp (id, "default") == 0 && info.is_default))
      return l->data;
    if (found == NULL && strcmp (id, "default") == 0)
      found = l->data;
  }
  return found;
}

static void
set_int64 (GstElement *element, const char *name, gint64 value)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), name) != NULL)
    g_object_set (element, name, value, NULL);
}

GstElement *
lan_media_devices_make (LanMediaDevices *devices, LanMediaDeviceKind kind, const char *id)
{
  GList *all = gst_device_monitor_get_devices (devices->monitor);
  GstDevice *device = find (all, kind, id);
  GstElement *element = device != NULL ? gst_device_create_element (device, NULL) : NULL;

  g_list_free_full (all, gst_object_unref);
  if (element == NULL)
    return NULL;
  set_int64 (element, "buffer-time", BUFFER_US);
  set_int64 (element, "latency-time", LATENCY_US);
  /* Else it would wait for a first frame before it says that it is open. */
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "async") != NULL)
    g_object_set (element, "async", FALSE, NULL);
  /* A sound server moves who uses its default to another one by itself. */
  if (strcmp (id, "default") == 0 &&
      g_str_has_prefix (GST_OBJECT_NAME (gst_element_get_factory (element)), "pulse"))
    g_object_set (element, "device", NULL, NULL);
  return element;
}
