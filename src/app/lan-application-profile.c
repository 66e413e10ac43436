/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The profile's life inside the program: its node is made, opened or begun, watched and closed.
 */
#include "lan-application-private.h"

#include "lan-backup-page.h"
#include "lan-files.h"
#include "lan-first-start.h"
#include "lan-join-window.h"
#include "lan-pasted.h"
#include "lan-settings.h"
#include "lan-trouble-page.h"

#include <lan-node-backup.h>

#include <glib/gi18n.h>
#include <malloc.h>

#define AWAY_SECONDS 300
/* Nothing that is written is lost by going sooner: this only bounds how long goodbyes take. */
#define CLOSE_SECONDS   3
#define SETTLED_SECONDS 2

static void open_profile (LanApplication *self, const char *passphrase);

static LanPerson *
me (LanApplication *self)
{
  return self->node != NULL ? lan_node_get_self (self->node) : NULL;
}

/* ---- what is said about others ---- */

static gboolean
sees (LanPerson *person, gpointer user_data)
{
  LanApplication *self = user_data;

  return self->window != NULL && lan_window_sees (self->window, person);
}

static void
on_notice (LanApplication *self, const char *code, const char *text)
{
  /* The bar of the call says these in its own words. */
  if (self->window == NULL || g_str_equal (code, "no-microphone") ||
      g_str_equal (code, "no-speaker") || g_str_equal (code, "call-failed"))
    return;
  if (g_str_equal (code, "disk-full"))
    text = _ ("The disk is full: new messages cannot be kept, and none is confirmed until there is "
              "room again.");
  else if (g_str_equal (code, "damaged"))
    text =
        _ ("The history on this computer's disk is damaged in places. Put back a backup that was "
           "made before, and have the disk checked.");
  else if (g_str_equal (code, "server-key-renewed"))
    text = _ ("The company's server has a new key, and the company confirmed it.");
  else if (g_str_equal (code, "directory-restarted"))
    text =
        _ ("The company's server was set up again from a backup, and the company confirmed that. "
           "What is newer than the backup may be missing for a while.");
  lan_window_notice (self->window, text);
}

static void
on_idle (LanApplication *self, gboolean idle)
{
  LanPerson *own = me (self);

  if (own == NULL || !self->is_open || !lan_settings_get_bool (self->node, LAN_SETTING_AUTO_AWAY))
    return;
  if (idle && lan_person_get_presence (own) == LAN_PERSON_PRESENCE_AVAILABLE) {
    self->was_set_away = TRUE;
    lan_node_set_presence (self->node, LAN_PERSON_PRESENCE_AWAY, lan_person_get_status_text (own));
  } else if (!idle && self->was_set_away) {
    self->was_set_away = FALSE;
    if (lan_person_get_presence (own) == LAN_PERSON_PRESENCE_AWAY)
      lan_node_set_presence (self->node, LAN_PERSON_PRESENCE_AVAILABLE,
                             lan_person_get_status_text (own));
  }
}

/* ---- opening ---- */

void
lan_application_open_wanted (LanApplication *self)
{
  g_autofree char *id = g_steal_pointer (&self->wanted);
  LanPerson *person = id != NULL ? lan_node_find_peer (self->node, id, NULL) : NULL;

  if (id == NULL || self->window == NULL)
    return;
  if (person == NULL) {
    lan_window_notice (self->window,
                       _ ("The person of this link has not been seen on your networks "
                          "yet."));
    return;
  }
  lan_window_open_person (self->window, person);
  if (self->notifier != NULL)
    lan_notifier_withdraw (self->notifier, person);
}

static void
on_joined (LanApplication *self, const char *company)
{
  g_autofree char *text = NULL;

  if (self->window == NULL)
    return;
  text = *company != '\0' ? g_strdup_printf (_ ("You have joined %s."), company)
                          : g_strdup (_ ("You have joined your company's server."));
  lan_window_notice (self->window, text);
}

void
lan_application_open_invite (LanApplication *self)
{
  g_autofree char *invite = g_steal_pointer (&self->invite);
  GtkWidget *join;

  if (invite == NULL || self->window == NULL)
    return;
  join = lan_join_window_new (self->node, *invite != '\0' ? invite : NULL);
  gtk_window_set_transient_for (GTK_WINDOW (join), GTK_WINDOW (self->window));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (join), TRUE);
  g_signal_connect_object (join, "joined", G_CALLBACK (on_joined), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (join));
}

void
lan_application_open_bundle (LanApplication *self)
{
  g_autofree char *path = g_steal_pointer (&self->bundle);

  if (path != NULL && self->window != NULL)
    lan_window_open_bundle (self->window, path);
}

static void
add_hosts (LanApplication *self)
{
  const char *hosts = lan_node_get_setting (self->node, LAN_SETTING_HOSTS);
  g_auto (GStrv) parts = hosts != NULL ? g_strsplit_set (hosts, " ,;\t", -1) : NULL;

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++) {
    if (*parts[i] != '\0' && !lan_node_add_address (self->node, parts[i], NULL))
      g_info ("an extra computer's address is not usable");
  }
}

/* What the start needed and nothing else will goes back to the system. */
static gboolean
on_settled (gpointer user_data)
{
  malloc_trim (0);
  return G_SOURCE_REMOVE;
}

static gboolean
on_drawn (gpointer user_data)
{
  g_debug ("usable");
  g_timeout_add_seconds (SETTLED_SECONDS, on_settled, NULL);
  return G_SOURCE_REMOVE;
}

static void
on_ready (LanApplication *self)
{
  g_autoptr (GError) error = NULL;

  self->is_open = TRUE;
  lan_files_set_folder (lan_node_get_setting (self->node, LAN_SETTING_FOLDER));
  lan_pasted_begin (self->node, self->profile);
  if (self->window != NULL) {
    lan_window_show_panes (self->window);
    lan_window_set_node (self->window, self->node);
    lan_window_reload_settings (self->window);
  }
  lan_application_open_wanted (self);
  lan_application_open_invite (self);
  lan_application_open_bundle (self);
  if (self->is_linked && self->window != NULL)
    lan_window_notice (self->window,
                       _ ("This computer is one of your devices now. What was said so "
                          "far arrives while another of them is there."));
  self->is_linked = FALSE;
  if (self->is_restored && self->window != NULL)
    lan_window_notice (self->window,
                       _ ("Restored. What was said since comes from the others. If the old "
                          "computer is lost, revoke it in the preferences under Devices."));
  self->is_restored = FALSE;
  /* Below the priority of drawing: said when the first whole frame is on the screen. */
  g_idle_add_full (GDK_PRIORITY_REDRAW + 10, on_drawn, NULL, NULL);
  self->notifier = lan_notifier_new (G_APPLICATION (self), self->node, sees, self);
  self->launcher =
      lan_launcher_new (self->node, g_application_get_dbus_connection (G_APPLICATION (self)));
  self->idle = lan_idle_watch_new (AWAY_SECONDS);
  g_signal_connect_object (self->idle, "idle", G_CALLBACK (on_idle), self, G_CONNECT_SWAPPED);
  self->rpc = lan_rpc_server_new (self->node, &error);
  if (self->rpc == NULL)
    g_info ("lanyard-cli cannot join: %s", error->message);
  add_hosts (self);
}

static void
on_retry (LanApplication *self, const char *passphrase)
{
  open_profile (self, passphrase);
}

static void
show_trouble (LanApplication *self, const GError *error)
{
  GtkWidget *page;

  if (self->window == NULL)
    return;
  page = lan_trouble_page_new ();
  g_signal_connect_object (page, "retry", G_CALLBACK (on_retry), self, G_CONNECT_SWAPPED);
  lan_window_show_page (self->window, page);
  lan_trouble_page_show_error (LAN_TROUBLE_PAGE (page), error,
                               lan_node_get_profile_dir (self->node));
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanApplication) self = user_data;
  g_autoptr (GError) error = NULL;

  g_application_unmark_busy (G_APPLICATION (self));
  if (lan_node_open_finish (LAN_NODE (source), result, &error))
    on_ready (self);
  else
    show_trouble (self, error);
}

static void
open_profile (LanApplication *self, const char *passphrase)
{
  g_application_mark_busy (G_APPLICATION (self));
  lan_node_open_async (self->node, passphrase, NULL, on_opened, g_object_ref (self));
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanApplication) self = user_data;
  g_autoptr (GError) error = NULL;

  if (lan_node_create_finish (LAN_NODE (source), result, &error))
    on_ready (self);
  else
    show_trouble (self, error);
}

static void
on_start (LanApplication *self, const char *name, const char *invite)
{
  if (*invite != '\0') {
    g_free (self->invite);
    self->invite = g_strdup (invite);
  }
  lan_node_create_async (self->node, name, NULL, NULL, on_created, g_object_ref (self));
}

static void
on_restored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanApplication) self = user_data;
  g_autoptr (GError) error = NULL;

  if (lan_node_restore_finish (LAN_NODE (source), result, NULL, NULL, NULL, NULL, &error)) {
    self->is_restored = TRUE;
    open_profile (self, NULL);
  } else if (self->window != NULL && self->first_start != NULL) {
    g_autofree char *text = lan_backup_page_describe (error);

    lan_first_start_fail (LAN_FIRST_START (self->first_start), text);
  }
}

static void
on_restore (LanApplication *self, const char *path, const char *secret)
{
  lan_node_restore_async (self->node, path, secret, NULL, NULL, NULL, NULL, on_restored,
                          g_object_ref (self));
}

static gboolean
on_begin_again (gpointer user_data)
{
  LanApplication *self = user_data;

  lan_application_begin_again (self);
  g_application_release (G_APPLICATION (self));
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

/* Linked to somebody's account, it closes by itself; the object is let go of when its signal is over. */
static void
on_state (LanApplication *self)
{
  if (!self->is_open || lan_node_get_state (self->node) != LAN_NODE_STATE_CLOSED)
    return;
  self->is_open = FALSE;
  self->is_linked = TRUE;
  g_application_hold (G_APPLICATION (self));
  g_idle_add (on_begin_again, g_object_ref (self));
}

void
lan_application_make_node (LanApplication *self)
{
  g_auto (GStrv) kept = lan_window_state_dup_interfaces (self->state);

  self->node = lan_node_new (self->profile);
  g_object_set (self->node, "mdns", !self->no_mdns, "broadcast", !self->no_broadcast, NULL);
  if (self->interfaces != NULL)
    g_object_set (self->node, "interfaces", self->interfaces, NULL);
  else if (kept != NULL && kept[0] != NULL)
    g_object_set (self->node, "interfaces", kept, NULL);
  if (self->port >= 0)
    g_object_set (self->node, "port", self->port, NULL);
  if (self->audio_source != NULL || self->audio_sink != NULL)
    lan_node_set_audio (self->node, self->audio_source != NULL ? self->audio_source : "default",
                        self->audio_sink != NULL ? self->audio_sink : "default");
  if (self->video_source != NULL)
    lan_node_set_camera (self->node, self->video_source);
  if (self->screen_source != NULL)
    lan_node_set_screen_source (self->node, self->screen_source);
  g_signal_connect_object (self->node, "notice", G_CALLBACK (on_notice), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->node, "notify::state", G_CALLBACK (on_state), self,
                           G_CONNECT_SWAPPED);
}

void
lan_application_begin (LanApplication *self)
{
  if (lan_node_profile_exists (self->profile)) {
    open_profile (self, NULL);
    lan_window_show_panes (self->window);
  } else {
    GtkWidget *page = lan_first_start_new ();

    g_signal_connect_object (page, "start", G_CALLBACK (on_start), self, G_CONNECT_SWAPPED);
    g_signal_connect_object (page, "restore", G_CALLBACK (on_restore), self, G_CONNECT_SWAPPED);
    g_set_weak_pointer (&self->first_start, page);
    lan_window_show_page (self->window, page);
  }
}

/* ---- closing ---- */

static void
finish_closing (LanApplication *self)
{
  g_clear_handle_id (&self->close_id, g_source_remove);
  g_clear_object (&self->node);
  g_application_release (G_APPLICATION (self));
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanApplication) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!lan_node_close_finish (LAN_NODE (source), result, &error))
    g_info ("closing: %s", error->message);
  if (self->close_id != 0)
    finish_closing (self);
}

static gboolean
on_close_overdue (gpointer user_data)
{
  LanApplication *self = user_data;

  self->close_id = 0;
  finish_closing (self);
  return G_SOURCE_REMOVE;
}

/* The profile is closed in order; the window is gone from sight at once. */
void
lan_application_close_profile (LanApplication *self)
{
  g_clear_pointer (&self->notifier, lan_notifier_free);
  g_clear_pointer (&self->launcher, lan_launcher_free);
  g_clear_pointer (&self->rpc, lan_rpc_server_free);
  g_clear_object (&self->idle);
  if (!self->is_open || self->close_id != 0)
    return;
  self->is_open = FALSE;
  g_application_hold (G_APPLICATION (self));
  self->close_id = g_timeout_add_seconds (CLOSE_SECONDS, on_close_overdue, self);
  lan_node_close_async (self->node, NULL, on_closed, g_object_ref (self));
}
