/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-application-private.h"

#include "lan-bundle-text.h"
#include "lan-chat-text.h"
#include "lan-preferences.h"
#include "lan-server-look.h"
#include "lan-style.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <handy.h>

#define APP_ID "io.github.lanyard.Lanyard"

G_DEFINE_TYPE (LanApplication, lan_application, GTK_TYPE_APPLICATION)

static void
present (LanApplication *self)
{
  if (self->window == NULL) {
    LanWindow *window = lan_window_new (GTK_APPLICATION (self), self->state);

    g_set_weak_pointer (&self->window, window);
    if (self->node == NULL) {
      lan_application_make_node (self);
      lan_application_begin (self);
    } else if (self->is_open) {
      lan_window_show_panes (window);
      lan_window_set_node (window, self->node);
      lan_window_reload_settings (window);
    }
  }
  gtk_window_present (GTK_WINDOW (self->window));
}

void
lan_application_begin_again (LanApplication *self)
{
  g_clear_pointer (&self->notifier, lan_notifier_free);
  g_clear_pointer (&self->launcher, lan_launcher_free);
  g_clear_pointer (&self->rpc, lan_rpc_server_free);
  g_clear_object (&self->idle);
  if (self->window != NULL)
    gtk_widget_destroy (GTK_WIDGET (self->window));
  g_clear_object (&self->node);
  present (self);
}

/* ---- closing ---- */

static void
window_removed (GtkApplication *application, GtkWindow *window)
{
  LanApplication *self = LAN_APPLICATION (application);

  if (LAN_IS_WINDOW (window))
    lan_application_close_profile (self);
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
    lan_application_open_wanted (self);
}

/* For a file that has to be offered anew: a message to who offered it. */
static void
on_ask_again (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanApplication *self = user_data;
  LanTransfer *transfer =
      self->is_open ? lan_node_find_transfer (self->node, g_variant_get_string (parameter, NULL))
                    : NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *id = NULL;

  if (transfer == NULL)
    return;
  text = g_strdup_printf (_ ("Please send me “%s” again."), lan_transfer_get_name (transfer));
  id = lan_node_send_text (self->node, lan_transfer_get_person (transfer), text, &error);
  if (id == NULL)
    g_message ("a file cannot be asked for again: %s", error->message);
}

static void
on_open_share (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanApplication *self = user_data;
  LanShare *share;

  present (self);
  share = self->is_open ? lan_node_find_share (self->node, g_variant_get_string (parameter, NULL))
                        : NULL;
  if (share != NULL)
    lan_window_open_share (self->window, share);
}

/* The call that a notification named, while it rings; NULL: it does not any more. */
static LanCall *
find_ringing (LanApplication *self, GVariant *id)
{
  LanCall *call = self->is_open ? lan_node_get_call (self->node) : NULL;

  return call != NULL && lan_call_get_status (call) == LAN_CALL_STATUS_RINGING &&
                 g_str_equal (lan_call_get_id (call), g_variant_get_string (id, NULL))
             ? call
             : NULL;
}

static void
on_answer_call (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanApplication *self = user_data;
  LanCall *call = find_ringing (self, parameter);

  present (self);
  if (call != NULL)
    lan_call_answer (call);
}

static void
on_decline_call (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanCall *call = find_ringing (user_data, parameter);

  if (call != NULL)
    lan_call_end (call);
}

static void
on_join (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanApplication *self = user_data;

  g_free (self->invite);
  self->invite = g_variant_dup_string (parameter, NULL);
  present (self);
  if (self->is_open)
    lan_application_open_invite (self);
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
    { "win.find", { "<Primary>f" } },
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
    { .name = "open-share", .activate = on_open_share, .parameter_type = "s" },
    { .name = "ask-again", .activate = on_ask_again, .parameter_type = "s" },
    { .name = "answer-call", .activate = on_answer_call, .parameter_type = "s" },
    { .name = "decline-call", .activate = on_decline_call, .parameter_type = "s" },
    { .name = "join", .activate = on_join, .parameter_type = "s" },
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
  g_autofree char *path = n_files > 0 ? g_file_get_path (files[0]) : NULL;
  char *id = uri != NULL ? lan_chat_text_parse_uri (uri) : NULL;

  if (id != NULL) {
    g_free (self->wanted);
    self->wanted = id;
  } else if (uri != NULL && lan_server_look_is_invite (uri)) {
    g_free (self->invite);
    self->invite = g_strdup (uri);
  } else if (path != NULL && g_str_has_suffix (path, LAN_BUNDLE_SUFFIX)) {
    g_free (self->bundle);
    self->bundle = g_steal_pointer (&path);
  }
  present (self);
  if (self->is_open) {
    lan_application_open_wanted (self);
    lan_application_open_invite (self);
    lan_application_open_bundle (self);
  }
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
  for (guint i = 0; self->interfaces != NULL && self->interfaces[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;

    if (!lan_node_check_interface (self->interfaces[i], &error)) {
      g_printerr ("lanyard: %s\n", error->message);
      return 2;
    }
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
  g_clear_pointer (&self->launcher, lan_launcher_free);
  g_clear_pointer (&self->rpc, lan_rpc_server_free);
  g_clear_object (&self->idle);
  G_APPLICATION_CLASS (lan_application_parent_class)->shutdown (application);
  g_clear_pointer (&self->state, lan_window_state_free);
}

static void
finalize (GObject *object)
{
  LanApplication *self = LAN_APPLICATION (object);

  g_clear_weak_pointer (&self->first_start);
  g_clear_object (&self->node);
  g_strfreev (self->interfaces);
  g_free (self->audio_source);
  g_free (self->audio_sink);
  g_free (self->video_source);
  g_free (self->screen_source);
  g_free (self->profile);
  g_free (self->wanted);
  g_free (self->invite);
  g_free (self->bundle);
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
    { "audio-source", 0, 0, G_OPTION_ARG_STRING, &self->audio_source,
      N_ ("In calls, speak into this: default, none, test, file:PATH or a device"), N_ ("SOURCE") },
    { "audio-sink", 0, 0, G_OPTION_ARG_STRING, &self->audio_sink,
      N_ ("In calls, hear with this: default, null, file:PATH or a device"), N_ ("SINK") },
    { "video-source", 0, 0, G_OPTION_ARG_STRING, &self->video_source,
      N_ ("In calls with video, show this: default, none, test or a camera's device"),
      N_ ("SOURCE") },
    { "screen-source", 0, 0, G_OPTION_ARG_STRING, &self->screen_source,
      N_ ("When a screen is shared in a call, show this: default, test, x11 or x11:WINDOW"),
      N_ ("SOURCE") },
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
