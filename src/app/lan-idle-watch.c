/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-idle-watch.h"

#include <gdk/gdk.h>

#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>

#include <X11/extensions/sync.h>
#endif

#define MUTTER_NAME    "org.gnome.Mutter.IdleMonitor"
#define MUTTER_PATH    "/org/gnome/Mutter/IdleMonitor/Core"
#define POLL_SECONDS   30
#define SERVER_TIMEOUT 3000

struct _LanIdleWatch {
  GObject parent;
  guint seconds;
  gboolean is_idle;
  GCancellable *cancellable;
  GDBusConnection *bus;
  guint fired_id; /* subscription to WatchFired */
  guint32 idle_watch;
  guint32 active_watch;
  guint poll_id;
#ifdef GDK_WINDOWING_X11
  XSyncCounter counter;
#endif
};

static guint idle_signal;

G_DEFINE_TYPE (LanIdleWatch, lan_idle_watch, G_TYPE_OBJECT)

static void
set_idle (LanIdleWatch *self, gboolean idle)
{
  if (self->is_idle == idle)
    return;
  self->is_idle = idle;
  g_signal_emit (self, idle_signal, 0, idle);
}

#ifdef GDK_WINDOWING_X11
static Display *
x_display (void)
{
  GdkDisplay *display = gdk_display_get_default ();

  return display != NULL && GDK_IS_X11_DISPLAY (display) ? gdk_x11_display_get_xdisplay (display)
                                                         : NULL;
}

static gboolean
on_poll (gpointer user_data)
{
  LanIdleWatch *self = user_data;
  XSyncValue value;
  gint64 ms;

  if (!XSyncQueryCounter (x_display (), self->counter, &value))
    return G_SOURCE_CONTINUE;
  ms = ((gint64) XSyncValueHigh32 (value) << 32) | XSyncValueLow32 (value);
  set_idle (self, ms >= (gint64) self->seconds * 1000);
  return G_SOURCE_CONTINUE;
}

static void
start_polling (LanIdleWatch *self)
{
  Display *display = x_display ();
  XSyncSystemCounter *counters;
  int event_base, error_base, major, minor, n = 0;

  if (display == NULL || self->poll_id != 0 ||
      !XSyncQueryExtension (display, &event_base, &error_base) ||
      !XSyncInitialize (display, &major, &minor))
    return;
  counters = XSyncListSystemCounters (display, &n);
  for (int i = 0; i < n; i++) {
    if (g_str_equal (counters[i].name, "IDLETIME"))
      self->counter = counters[i].counter;
  }
  if (counters != NULL)
    XSyncFreeSystemCounterList (counters);
  if (self->counter != None)
    self->poll_id = g_timeout_add_seconds (POLL_SECONDS, on_poll, self);
}
#else
static void
start_polling (LanIdleWatch *self)
{
}
#endif

static void add_active_watch (LanIdleWatch *self);

static void
on_fired (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
          const char *signal, GVariant *parameters, gpointer user_data)
{
  LanIdleWatch *self = user_data;
  guint32 id;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(u)")))
    return;
  g_variant_get (parameters, "(u)", &id);
  if (id == self->idle_watch) {
    set_idle (self, TRUE);
    add_active_watch (self);
  } else if (id == self->active_watch) {
    set_idle (self, FALSE);
  }
}

static void
on_active_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  if (reply != NULL)
    g_variant_get (reply, "(u)", &LAN_IDLE_WATCH (user_data)->active_watch);
  g_object_unref (user_data);
}

static void
add_active_watch (LanIdleWatch *self)
{
  g_dbus_connection_call (self->bus, MUTTER_NAME, MUTTER_PATH, MUTTER_NAME, "AddUserActiveWatch",
                          NULL, G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          SERVER_TIMEOUT, self->cancellable, on_active_added, g_object_ref (self));
}

static void
on_idle_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanIdleWatch) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (reply == NULL) {
    start_polling (self);
    return;
  }
  g_variant_get (reply, "(u)", &self->idle_watch);
  self->fired_id = g_dbus_connection_signal_subscribe (
      self->bus, MUTTER_NAME, MUTTER_NAME, "WatchFired", MUTTER_PATH, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_fired, self, NULL);
}

static void
dispose (GObject *object)
{
  LanIdleWatch *self = LAN_IDLE_WATCH (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->poll_id, g_source_remove);
  if (self->fired_id != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->fired_id);
  self->fired_id = 0;
  g_clear_object (&self->bus);
  G_OBJECT_CLASS (lan_idle_watch_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  g_object_unref (LAN_IDLE_WATCH (object)->cancellable);
  G_OBJECT_CLASS (lan_idle_watch_parent_class)->finalize (object);
}

static void
lan_idle_watch_class_init (LanIdleWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  idle_signal = g_signal_new ("idle", LAN_TYPE_IDLE_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
lan_idle_watch_init (LanIdleWatch *self)
{
  self->cancellable = g_cancellable_new ();
}

LanIdleWatch *
lan_idle_watch_new (guint seconds)
{
  LanIdleWatch *self = g_object_new (LAN_TYPE_IDLE_WATCH, NULL);
  GDBusConnection *bus = g_application_get_dbus_connection (g_application_get_default ());

  self->seconds = seconds;
  if (bus == NULL) {
    start_polling (self);
    return self;
  }
  self->bus = g_object_ref (bus);
  g_dbus_connection_call (bus, MUTTER_NAME, MUTTER_PATH, MUTTER_NAME, "AddIdleWatch",
                          g_variant_new ("(t)", (guint64) seconds * 1000), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, SERVER_TIMEOUT, self->cancellable,
                          on_idle_added, g_object_ref (self));
  return self;
}
