/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-application.h"

#include "lan-chat-text.h"
#include "lan-files.h"
#include "lan-first-start.h"
#include "lan-idle-watch.h"
#include "lan-notifier.h"
#include "lan-preferences.h"
#include "lan-rpc-server.h"
#include "lan-style.h"
#include "lan-trouble-page.h"
#include "lan-window.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <handy.h>
#include <malloc.h>

#define APP_ID       "io.github.lanyard.Lanyard"
#define AWAY_SECONDS 300
/* Nothing that is written is lost by going sooner: this only bounds how long goodbyes take. */
#define CLOSE_SECONDS   3
#define SETTLED_SECONDS 2

struct _LanApplication {
  GtkApplication parent;
  LanNode *node;
  LanRpcServer *rpc;
  LanNotifier *notifier;
  LanIdleWatch *idle;
  LanWindowState *state;
  LanWindow *window; /* weak */
  char *profile;     /* NULL: the default one */
  char **interfaces;
  char *wanted; /* whose chat to open once the profile is */
  int port;
  gboolean no_mdns;
  gboolean no_broadcast;
  gboolean is_open;
  gboolean was_set_away;
  guint close_id;
  guint term_id;
};

G_DEFINE_TYPE (LanApplication, lan_application, GTK_TYPE_APPLICATION)

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
  if (self->window == NULL)
    return;
  if (g_str_equal (code, "disk-full"))
    text = _ ("The disk is full: new messages cannot be kept, and none is confirmed until there is "
              "room again.");
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

static void
open_wanted (LanApplication *self)
{
  g_autofree char *id = g_steal_pointer (&self->wanted);
  LanPerson *person = id != NULL ? lan_node_find_person (self->node, id, NULL) : NULL;

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
  if (self->window != NULL) {
    lan_window_show_panes (self->window);
    lan_window_set_node (self->window, self->node);
    lan_window_reload_settings (self->window);
  }
  open_wanted (self);
  /* Below the priority of drawing: said when the first whole frame is on the screen. */
  g_idle_add_full (GDK_PRIORITY_REDRAW + 10, on_drawn, NULL, NULL);
  self->notifier = lan_notifier_new (G_APPLICATION (self), self->node, sees, self);
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
  lan_trouble_page_show_error (LAN_TROUBLE_PAGE (page), error);
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
on_start (LanApplication *self, const char *name)
{
  lan_node_create_async (self->node, name, NULL, NULL, on_created, g_object_ref (self));
}

static void
make_node (LanApplication *self)
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
  g_signal_connect_object (self->node, "notice", G_CALLBACK (on_notice), self, G_CONNECT_SWAPPED);
}

static void
begin (LanApplication *self)
{
  if (lan_node_profile_exists (self->profile)) {
    open_profile (self, NULL);
    lan_window_show_panes (self->window);
  } else {
    GtkWidget *page = lan_first_start_new ();

    g_signal_connect_object (page, "start", G_CALLBACK (on_start), self, G_CONNECT_SWAPPED);
    lan_window_show_page (self->window, page);
  }
}

static void
present (LanApplication *self)
{
  if (self->window == NULL) {
    LanWindow *window = lan_window_new (GTK_APPLICATION (self), self->state);

    g_set_weak_pointer (&self->window, window);
    if (self->node == NULL) {
      make_node (self);
      begin (self);
    } else if (self->is_open) {
      lan_window_show_panes (window);
      lan_window_set_node (window, self->node);
      lan_window_reload_settings (window);
    }
  }
  gtk_window_present (GTK_WINDOW (self->window));
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
static void
close_profile (LanApplication *self)
{
  g_clear_pointer (&self->notifier, lan_notifier_free);
  g_clear_pointer (&self->rpc, lan_rpc_server_free);
  g_clear_object (&self->idle);
  if (!self->is_open || self->close_id != 0)
    return;
  self->is_open = FALSE;
  g_application_hold (G_APPLICATION (self));
  self->close_id = g_timeout_add_seconds (CLOSE_SECONDS, on_close_overdue, self);
  lan_node_close_async (self->node, NULL, on_closed, g_object_ref (self));
}

static void
window_removed (GtkApplication *application, GtkWindow *window)
{
  LanApplication *self = LAN_APPLICATION (application);

  if (LAN_IS_WINDOW (window))
    close_profile (self);
  GTK_APPLICATION_CLASS (lan_application_parent_class)->window_removed (application, window);
}

/* ---- actions ---- */

static void
on_open_chat (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanApplication *self = user_data;

  g_free (self->wanted);
  self->wanted = g_variant_dup_string (parameter, NULL);
  present (self);
  if (self->is_open)
    open_wanted (self);
}

static void
on_settings_changed (LanApplication *self)
{
  lan_style_set_look (lan_window_state_get_look (self->state));
  if (self->window != NULL)
    lan_window_reload_settings (self->window);
}

static void
on_preferences (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanApplication *self = user_data;
  GtkWidget *preferences;

  if (!self->is_open || self->window == NULL)
    return;
  preferences = lan_preferences_new (self->node, self->state);
  gtk_window_set_transient_for (GTK_WINDOW (preferences), GTK_WINDOW (self->window));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (preferences), TRUE);
  g_signal_connect_object (preferences, "changed", G_CALLBACK (on_settings_changed), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (preferences));
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanApplication *self = user_data;

  if (self->window != NULL)
    gtk_window_close (GTK_WINDOW (self->window));
}

static void
add_accels (GtkApplication *application)
{
  static const struct {
    const char *action;
    const char *keys[3];
  } accels[] = {
    { "app.quit", { "<Primary>q" } },
    { "app.preferences", { "<Primary>comma" } },
    { "win.search", { "<Primary>k" } },
    { "win.details", { "<Primary>i", "F9" } },
    { "win.shortcuts", { "<Primary>question", "<Primary>F1" } },
    { "win.region", { "F6" } },
    { "win.step-chat(1)", { "<Primary>Tab", "<Primary>Page_Down" } },
    { "win.step-chat(-1)", { "<Primary><Shift>Tab", "<Primary>Page_Up" } },
    { "win.view('chats')", { "<Primary><Shift>c" } },
    { "win.view('people')", { "<Primary><Shift>p" } },
    { "win.view('transfers')", { "<Primary><Shift>t" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (application, accels[i].action, accels[i].keys);
  for (int i = 1; i <= 9; i++) {
    g_autofree char *action = g_strdup_printf ("win.nth-chat(%d)", i);
    g_autofree char *key = g_strdup_printf ("<Alt>%d", i);

    gtk_application_set_accels_for_action (application, action, (const char *[]){ key, NULL });
  }
}

/* Logging out ends programs like this: as good a reason to close in order as any. */
static gboolean
on_terminate (gpointer user_data)
{
  LanApplication *self = user_data;

  if (self->window != NULL)
    gtk_window_close (GTK_WINDOW (self->window));
  else
    g_application_quit (G_APPLICATION (self));
  return G_SOURCE_CONTINUE;
}

/* ---- GApplication ---- */

/* By name, the toolkit would load the drawing and a renderer for it at each start. */
static void
set_icon (void)
{
  g_autoptr (GdkPixbuf) icon =
      gdk_pixbuf_new_from_resource ("/io/github/lanyard/Lanyard/icons/app-48.png", NULL);

  if (icon != NULL)
    gtk_window_set_default_icon (icon);
}

static void
startup (GApplication *application)
{
  static const GActionEntry entries[] = {
    { .name = "open-chat", .activate = on_open_chat, .parameter_type = "s" },
    { .name = "preferences", .activate = on_preferences },
    { .name = "quit", .activate = on_quit },
  };
  LanApplication *self = LAN_APPLICATION (application);

  G_APPLICATION_CLASS (lan_application_parent_class)->startup (application);
  hdy_init ();
  self->state = lan_window_state_load (self->profile);
  lan_style_set_look (lan_window_state_get_look (self->state));
  lan_style_init ();
  set_icon ();
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  add_accels (GTK_APPLICATION (self));
  self->term_id = g_unix_signal_add (SIGTERM, on_terminate, self);
}

static void
activate (GApplication *application)
{
  present (LAN_APPLICATION (application));
}

static void
open_files (GApplication *application, GFile **files, int n_files, const char *hint)
{
  LanApplication *self = LAN_APPLICATION (application);
  g_autofree char *uri = n_files > 0 ? g_file_get_uri (files[0]) : NULL;
  char *id = uri != NULL ? lan_chat_text_parse_uri (uri) : NULL;

  if (id != NULL) {
    g_free (self->wanted);
    self->wanted = id;
  }
  present (self);
  if (self->is_open)
    open_wanted (self);
}

/* Each profile is an instance of its own: the default one has the well-known name. */
static int
handle_local_options (GApplication *application, GVariantDict *options)
{
  LanApplication *self = LAN_APPLICATION (application);

  if (self->profile != NULL) {
    g_autoptr (GFile) folder = g_file_new_for_commandline_arg (self->profile);
    g_autofree char *path = g_file_get_path (folder);
    g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, path, -1);
    g_autofree char *id = g_strdup_printf (APP_ID ".p%.16s", sum);

    g_free (self->profile);
    self->profile = g_steal_pointer (&path);
    g_application_set_application_id (application, id);
  }
  if (self->port > 65535) {
    g_printerr ("%s\n", _ ("--port needs a number from 0 to 65535"));
    return 2;
  }
  return -1;
}

static void
shutdown (GApplication *application)
{
  LanApplication *self = LAN_APPLICATION (application);

  g_clear_handle_id (&self->close_id, g_source_remove);
  g_clear_handle_id (&self->term_id, g_source_remove);
  g_clear_pointer (&self->notifier, lan_notifier_free);
  g_clear_pointer (&self->rpc, lan_rpc_server_free);
  g_clear_object (&self->idle);
  G_APPLICATION_CLASS (lan_application_parent_class)->shutdown (application);
  g_clear_pointer (&self->state, lan_window_state_free);
}

static void
finalize (GObject *object)
{
  LanApplication *self = LAN_APPLICATION (object);

  g_clear_object (&self->node);
  g_strfreev (self->interfaces);
  g_free (self->profile);
  g_free (self->wanted);
  G_OBJECT_CLASS (lan_application_parent_class)->finalize (object);
}

static void
lan_application_class_init (LanApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  application_class->startup = startup;
  application_class->activate = activate;
  application_class->open = open_files;
  application_class->handle_local_options = handle_local_options;
  application_class->shutdown = shutdown;
  GTK_APPLICATION_CLASS (klass)->window_removed = window_removed;
}

static void
lan_application_init (LanApplication *self)
{
  const GOptionEntry entries[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &self->profile, N_ ("Folder of the profile"),
      N_ ("DIR") },
    { "interface", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->interfaces,
      N_ ("Use only this network interface (may be repeated)"), N_ ("IF") },
    { "no-mdns", 0, 0, G_OPTION_ARG_NONE, &self->no_mdns, N_ ("Do not use Avahi"), NULL },
    { "no-broadcast", 0, 0, G_OPTION_ARG_NONE, &self->no_broadcast,
      N_ ("Do not use broadcast and multicast"), NULL },
    { "port", 0, 0, G_OPTION_ARG_INT, &self->port, N_ ("Listen on this TCP port; 0: any"),
      N_ ("N") },
    { NULL },
  };

  self->port = -1;
  g_application_add_main_option_entries (G_APPLICATION (self), entries);
}

LanApplication *
lan_application_new (void)
{
  return g_object_new (LAN_TYPE_APPLICATION, "application-id", APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path",
                       "/io/github/lanyard/Lanyard", NULL);
}
