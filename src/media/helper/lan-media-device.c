/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-device.h"

#include <gio/gio.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <string.h>

#define CAPS        "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved"
#define FRAME_BYTES (LAN_MEDIA_FRAME_SAMPLES * 2)

struct _LanMediaDevice {
  GstElement *pipeline;
  GstElement *appsrc;  /* NULL: nothing is played */
  GstElement *appsink; /* NULL: nothing is recorded */
  LanMediaHeard heard;
  LanMediaBroken broken;
  gpointer data;
  GSource *pull;
  guint watch, breaking; /* of the main context */
  gboolean runs;
  guint8 rest[FRAME_BYTES];
  gsize n_rest;
};

static gboolean
has (const char *factory)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);

  return found != NULL;
}

static gboolean
feed (LanMediaDevice *device, const guint8 *bytes, gsize len)
{
  while (len > 0) {
    gsize n = MIN (len, FRAME_BYTES - device->n_rest);

    memcpy (device->rest + device->n_rest, bytes, n);
    device->n_rest += n;
    bytes += n;
    len -= n;
    if (device->n_rest == FRAME_BYTES) {
      gint16 pcm[LAN_MEDIA_FRAME_SAMPLES];

      memcpy (pcm, device->rest, sizeof pcm);
      device->n_rest = 0;
      device->heard (pcm, device->data);
    }
  }
  return TRUE;
}

static gboolean
on_pull (gpointer data)
{
  LanMediaDevice *device = data;
  GstSample *sample;

  g_source_set_ready_time (device->pull, -1);
  while ((sample = gst_app_sink_try_pull_sample (GST_APP_SINK (device->appsink), 0)) != NULL) {
    GstMapInfo map;
    GstBuffer *buffer = gst_sample_get_buffer (sample);

    if (buffer != NULL && gst_buffer_map (buffer, &map, GST_MAP_READ)) {
      feed (device, map.data, map.size);
      gst_buffer_unmap (buffer, &map);
    }
    gst_sample_unref (sample);
  }
  return G_SOURCE_CONTINUE;
}

/* A thread of GStreamer's. */
static GstFlowReturn
on_sample (GstAppSink *sink, gpointer data)
{
  g_source_set_ready_time (((LanMediaDevice *) data)->pull, 0);
  return GST_FLOW_OK;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs pull_funcs = { .dispatch = dispatch };

/* Idle: nothing of the pipeline runs on the stack. */
static gboolean
on_broken (gpointer data)
{
  LanMediaDevice *device = data;

  device->breaking = 0;
  device->broken (device->data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer data)
{
  LanMediaDevice *device = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR ||
      GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    g_autoptr (GError) error = NULL;

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &error, NULL);
    g_debug ("sound device: %s", error != NULL ? error->message : "its end");
    if (device->breaking == 0 && device->runs)
      device->breaking = g_idle_add_full (G_PRIORITY_HIGH, on_broken, device, NULL);
  }
  return G_SOURCE_CONTINUE;
}

/* @text: what stands between @first and @last, one of which is NULL. */
static gboolean
add_chain (LanMediaDevice *device, GstElement *first, const char *text, GstElement *last,
           GError **error)
{
  GstElement *chain = gst_parse_bin_from_description (text, TRUE, error);
  GstElement *end = first != NULL ? first : last;

  if (chain == NULL) {
    gst_object_unref (gst_object_ref_sink (end));
    return FALSE;
  }
  gst_bin_add_many (GST_BIN (device->pipeline), end, chain, NULL);
  if (first != NULL ? gst_element_link (first, chain) : gst_element_link (chain, last))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "the sound device has another kind of sound");
  return FALSE;
}

static gboolean
add_sink (LanMediaDevice *device, GstElement *sink, gboolean has_probe, GError **error)
{
  g_autofree char *text =
      g_strdup_printf ("appsrc name=out is-live=true format=time do-timestamp=true min-latency=0 "
                       "caps=\"" CAPS "\" ! queue max-size-time=100000000 leaky=downstream ! "
                       "%s audioconvert ! audioresample",
                       has_probe ? "webrtcechoprobe name=probe !" : "");

  return add_chain (device, NULL, text, sink, error);
}

static gboolean
add_source (LanMediaDevice *device, GstElement *source, const char *dsp, GError **error)
{
  g_autofree char *text =
      g_strdup_printf ("audioconvert ! audioresample ! " CAPS " ! %s " CAPS
                       " ! appsink name=in async=false sync=false max-buffers=25 drop=true",
                       dsp);

  return add_chain (device, source, text, NULL, error);
}

static gboolean
build (LanMediaDevice *device, GstElement *source, GstElement *sink, gboolean is_treated,
       GError **error)
{
  gboolean has_dsp = is_treated && has ("webrtcdsp");
  const char *dsp = !has_dsp       ? ""
                    : sink != NULL ? "webrtcdsp probe=probe echo-cancel=true !"
                                   : "webrtcdsp echo-cancel=false !";
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };

  /* The probe first: webrtcdsp looks for it by name when it starts. */
  if (sink != NULL && !add_sink (device, sink, has_dsp && source != NULL, error)) {
    if (source != NULL)
      gst_object_unref (gst_object_ref_sink (source));
    return FALSE;
  }
  if (source != NULL && !add_source (device, source, dsp, error))
    return FALSE;
  device->appsrc = gst_bin_get_by_name (GST_BIN (device->pipeline), "out");
  device->appsink = gst_bin_get_by_name (GST_BIN (device->pipeline), "in");
  if (device->appsink != NULL)
    gst_app_sink_set_callbacks (GST_APP_SINK (device->appsink), &callbacks, device, NULL);
  return TRUE;
}

static gboolean
play (LanMediaDevice *device, GError **error)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();

  gst_pipeline_use_clock (GST_PIPELINE (device->pipeline), clock);
  if (gst_element_set_state (device->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE &&
      gst_element_get_state (device->pipeline, NULL, NULL, 2 * GST_SECOND) !=
          GST_STATE_CHANGE_FAILURE)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                       "the sound device cannot be opened");
  return FALSE;
}

LanMediaDevice *
lan_media_device_new (GstElement *source, GstElement *sink, gboolean is_treated,
                      LanMediaHeard heard, LanMediaBroken broken, gpointer data, GError **error)
{
  LanMediaDevice *device = g_new0 (LanMediaDevice, 1);
  g_autoptr (GstBus) bus = NULL;

  device->heard = heard;
  device->broken = broken;
  device->data = data;
  device->pull = g_source_new (&pull_funcs, sizeof (GSource));
  g_source_set_callback (device->pull, on_pull, device, NULL);
  g_source_set_priority (device->pull, G_PRIORITY_HIGH);
  g_source_attach (device->pull, NULL);
  device->pipeline = gst_pipeline_new (NULL);
  bus = gst_element_get_bus (device->pipeline);
  device->watch = gst_bus_add_watch (bus, on_bus, device);
  device->runs = build (device, source, sink, is_treated, error) && play (device, error);
  if (device->runs)
    return device;
  lan_media_device_free (device);
  return NULL;
}

void
lan_media_device_free (LanMediaDevice *device)
{
  if (device == NULL)
    return;
  if (device->breaking != 0)
    g_source_remove (device->breaking);
  g_source_remove (device->watch);
  gst_element_set_state (device->pipeline, GST_STATE_NULL);
  g_clear_pointer (&device->appsrc, gst_object_unref);
  g_clear_pointer (&device->appsink, gst_object_unref);
  gst_object_unref (device->pipeline);
  g_source_destroy (device->pull);
  g_source_unref (device->pull);
  g_free (device);
}

void
lan_media_device_play (LanMediaDevice *device, const gint16 *pcm)
{
  if (device->appsrc != NULL)
    gst_app_src_push_buffer (GST_APP_SRC (device->appsrc),
                             gst_buffer_new_memdup (pcm, FRAME_BYTES));
}
