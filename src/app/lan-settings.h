/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a person can set. Most of it is kept by the node, sealed, under the keys below; the look and
 * the size of the window are needed before the profile is open and stand in window.ini beside it.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

/* Yes or no, yes unless "0" is kept; the two about privacy are what node itself looks at. */
#define LAN_SETTING_ENTER_SENDS   "app.enter-sends"
#define LAN_SETTING_FORMATS       "app.formats"
#define LAN_SETTING_READ_RECEIPTS "privacy.read-receipts"
#define LAN_SETTING_TELL_TYPING   "privacy.typing"
#define LAN_SETTING_NOTIFY        "app.notify"
#define LAN_SETTING_NOTIFY_TEXT   "app.notify-text"
#define LAN_SETTING_AUTO_AWAY     "app.auto-away"
#define LAN_SETTING_PICTURES      "app.pictures"
/* Texts. The speed limit of files is the node's: lan_node_set_file_limit(). */
#define LAN_SETTING_FOLDER "app.folder"
#define LAN_SETTING_HOSTS  "network.hosts"

typedef enum {
  LAN_LOOK_SYSTEM,
  LAN_LOOK_LIGHT,
  LAN_LOOK_DARK,
} LanLook;

gboolean lan_settings_get_bool (LanNode *node, const char *key);
void lan_settings_set_bool (LanNode *node, const char *key, gboolean on);

/** What is kept beside the profile; read once, written later without waiting. */
typedef struct _LanWindowState LanWindowState;

LanWindowState *lan_window_state_load (const char *profile_dir);
void lan_window_state_free (LanWindowState *self);
LanLook lan_window_state_get_look (LanWindowState *self);
void lan_window_state_set_look (LanWindowState *self, LanLook look);

/** The network options that have to be known before the profile opens. */
char **lan_window_state_dup_interfaces (LanWindowState *self);
void lan_window_state_set_interfaces (LanWindowState *self, const char *const *names);

/** Gives @window the size it had, and keeps the one it gets. */
void lan_window_state_follow (LanWindowState *self, GtkWindow *window);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanWindowState, lan_window_state_free)

G_END_DECLS
