/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-launcher.h"

#define DESKTOP_FILE "application://io.github.lanyard.Lanyard.desktop"
#define INTERFACE    "com.canonical.Unity.LauncherEntry"
#define PACE_MS      250

struct _LanLauncher {
  LanNode *node;
  GDBusConnection *bus;
  guint pace_id; /* said a moment ago: again when this fires */
  gboolean is_due;
  gboolean is_shown;
  gulong handlers[4];
};

gboolean
lan_launcher_sum (GListModel *transfers, double *progress)
{
  guint n = g_list_model_get_n_items (transfers);
  double done = 0, size = 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (LanTransfer) transfer = g_list_model_get_item (transfers, i);
    LanTransferStatus status = lan_transfer_get_status (transfer);

    if (status != LAN_TRANSFER_STATUS_RUNNING && status != LAN_TRANSFER_STATUS_VERIFYING)
      continue;
    done += (double) lan_transfer_get_done (transfer);
    size += (double) lan_transfer_get_size (transfer);
  }
  *progress = size > 0 ? CLAMP (done / size, 0, 1) : 0;
  return size > 0;
}

static void
say (LanLauncher *self)
{
  GVariantBuilder builder;
  double progress;
  gboolean shows = lan_launcher_sum (lan_node_get_transfers (self->node), &progress);

  self->is_due = FALSE;
  if (!shows && !self->is_shown)
    return;
  self->is_shown = shows;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (&builder, "{sv}", "progress", g_variant_new_double (progress));
  g_variant_builder_add (&builder, "{sv}", "progress-visible", g_variant_new_boolean (shows));
  g_dbus_connection_emit_signal (self->bus, NULL, "/io/github/lanyard/Lanyard", INTERFACE, "Update",
                                 g_variant_new ("(sa{sv})", DESKTOP_FILE, &builder), NULL);
}

static gboolean
on_pace (gpointer user_data)
{
  LanLauncher *self = user_data;

  if (self->is_due) {
    say (self);
    return G_SOURCE_CONTINUE;
  }
  self->pace_id = 0;
  return G_SOURCE_REMOVE;
}

static void
on_changed (LanLauncher *self)
{
  self->is_due = TRUE;
  if (self->pace_id != 0)
    return;
  say (self);
  self->pace_id = g_timeout_add (PACE_MS, on_pace, self);
}

LanLauncher *
lan_launcher_new (LanNode *node, GDBusConnection *bus)
{
  static const char *const names[] = { "file-offered", "file-progress", "file-done",
                                       "file-failed" };
  LanLauncher *self = g_new0 (LanLauncher, 1);

  self->node = g_object_ref (node);
  if (bus == NULL)
    return self;
  self->bus = g_object_ref (bus);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    self->handlers[i] = g_signal_connect_swapped (node, names[i], G_CALLBACK (on_changed), self);
  on_changed (self);
  return self;
}

void
lan_launcher_free (LanLauncher *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (self->handlers); i++)
    g_clear_signal_handler (&self->handlers[i], self->node);
  g_clear_handle_id (&self->pace_id, g_source_remove);
  g_clear_object (&self->bus);
  g_clear_object (&self->node);
  g_free (self);
}
