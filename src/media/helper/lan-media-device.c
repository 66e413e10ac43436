/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-device.h"

#include "lan-media-message.h"

#include <gio/gio.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <string.h>

#define CAPS        "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved"
#define FRAME_BYTES (LAN_MEDIA_FRAME_SAMPLES * 2)

struct _LanMediaDevice {
  GstElement *pipeline;
  GstElement *appsrc;  /* NULL: nothing is played */
  GstElement *appsink; /* NULL: nothing is recorded */
  LanMediaHeard heard;
  gpointer data;
  GSource *pull;
  guint8 rest[FRAME_BYTES];
  gsize n_rest;
};

static gboolean
has (const char *factory)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);

  return found != NULL;
}

/* Names from the network never come here: @name is what this computer's user chose. */
static char *
describe (const char *name, gboolean is_source)
{
  const char *kind = is_source ? "src" : "sink";
  g_autofree char *quoted = g_strescape (name, NULL);

  if (strcmp (name, "default") != 0)
    return g_strdup_printf ("pulse%s device=\"%s\" buffer-time=40000 latency-time=10000", kind,
                            quoted);
  return g_strdup_printf ("autoaudio%s", kind);
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

/* Returns: TRUE once it runs. */
static gboolean
try_make (LanMediaDevice *device, const char *source, const char *sink, gboolean is_treated,
          GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean has_dsp = is_treated && has ("webrtcdsp");
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };

  if (sink != NULL) {
    g_autofree char *element = describe (sink, FALSE);

    g_string_append_printf (text,
                            "appsrc name=out is-live=true format=time do-timestamp=true "
                            "min-latency=0 caps=\"" CAPS "\" ! queue max-size-time=100000000 "
                            "leaky=downstream ! %s audioconvert ! audioresample ! %s ",
                            has_dsp && source != NULL ? "webrtcechoprobe name=probe !" : "",
                            element);
  }
  if (source != NULL) {
    g_autofree char *element = describe (source, TRUE);
    const char *dsp =
        sink != NULL ? "webrtcdsp probe=probe echo-cancel=true !" : "webrtcdsp echo-cancel=false !";

    g_string_append_printf (text,
                            "%s ! audioconvert ! audioresample ! " CAPS " ! %s " CAPS
                            " ! appsink name=in sync=false max-buffers=25 drop=true ",
                            element, has_dsp ? dsp : "");
  }
  device->pipeline = gst_parse_launch (text->str, error);
  if (device->pipeline == NULL)
    return FALSE;
  device->appsrc = gst_bin_get_by_name (GST_BIN (device->pipeline), "out");
  device->appsink = gst_bin_get_by_name (GST_BIN (device->pipeline), "in");
  if (device->appsink != NULL)
    gst_app_sink_set_callbacks (GST_APP_SINK (device->appsink), &callbacks, device, NULL);
  gst_pipeline_use_clock (GST_PIPELINE (device->pipeline), gst_system_clock_obtain ());
  if (gst_element_set_state (device->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE &&
      gst_element_get_state (device->pipeline, NULL, NULL, 2 * GST_SECOND) !=
          GST_STATE_CHANGE_FAILURE)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "the sound device cannot be opened");
  return FALSE;
}

static void
drop_pipeline (LanMediaDevice *device)
{
  if (device->pipeline != NULL)
    gst_element_set_state (device->pipeline, GST_STATE_NULL);
  g_clear_pointer (&device->appsrc, gst_object_unref);
  g_clear_pointer (&device->appsink, gst_object_unref);
  g_clear_pointer (&device->pipeline, gst_object_unref);
}

LanMediaDevice *
lan_media_device_new (const char *source, const char *sink, gboolean is_treated,
                      LanMediaHeard heard, gpointer data, guint *missing, GError **error)
{
  const struct {
    const char *source, *sink;
    guint missing;
  } tries[] = { { source, sink, 0 },
                { NULL, sink, LAN_MEDIA_NO_SOURCE },
                { source, NULL, LAN_MEDIA_NO_SINK } };
  LanMediaDevice *device = g_new0 (LanMediaDevice, 1);

  gst_registry_fork_set_enabled (FALSE);
  gst_init (NULL, NULL);
  device->heard = heard;
  device->data = data;
  device->pull = g_source_new (&pull_funcs, sizeof (GSource));
  g_source_set_callback (device->pull, on_pull, device, NULL);
  g_source_set_priority (device->pull, G_PRIORITY_HIGH);
  g_source_attach (device->pull, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tries); i++) {
    if ((tries[i].source == NULL && tries[i].sink == NULL) ||
        (i > 0 && (source == NULL || sink == NULL)))
      continue;
    g_clear_error (error);
    *missing = tries[i].missing;
    if (try_make (device, tries[i].source, tries[i].sink, is_treated, error))
      return device;
    drop_pipeline (device);
  }
  *missing = (source != NULL ? LAN_MEDIA_NO_SOURCE : 0) | (sink != NULL ? LAN_MEDIA_NO_SINK : 0);
  lan_media_device_free (device);
  return NULL;
}

void
lan_media_device_free (LanMediaDevice *device)
{
  if (device == NULL)
    return;
  drop_pipeline (device);
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
